// The full-text index of a container: for each indexed path, word and partition key the numbers of the documents with it.
// Kept in the transaction that writes the document, so a deleted text is no longer found from that moment.
import { isObject } from '../items/partition-key.ts'
import type { Row, SQLInputValue, Store } from '../storage/store.ts'
import { wordsOf } from './words.ts'

/** A part of a SQL condition, with what it binds. */
interface Sql {
  sql: string
  values: SQLInputValue[]
}

export interface Postings {
  /** How many paths are indexed. */
  readonly paths: number
  /** The number of an indexed path; undefined for any other. */
  pathOf(path: readonly string[]): number | undefined
  /** How many indexed texts a document has. */
  texts(document: Row): number
  /** Takes a document's texts in, out, or from one version to the next. */
  update(n: number, pk: string, before: Row | undefined, after: Row | undefined): void
  /** How many documents have one of the words at the path, of one partition key or of all; counted up to a limit. */
  count(path: number, words: readonly string[], pk: string | undefined, limit: number): number
  /** Selects the numbers of the documents with one of the words. */
  select(path: number, words: readonly string[], pk: string | undefined): Sql
  /** Whether the document of the row has one of the words. */
  test(path: number, words: readonly string[]): Sql
  /** The texts of a partition key, or of all, and the words in them. */
  totals(path: number, pk: string | undefined): { documents: number; words: number }
  drop(): void
}

/** So many places are remembered before all are forgotten. */
const MOST_KNOWN = 10_000

/** @param number The container's. @param paths What its policy indexes; none makes an index of nothing. */
export function openPostings(store: Store, number: number, paths: readonly string[][]): Postings {
  const lists = `texts_${number}`
  /** A table of another name is made anew: what counts as a word has changed since. */
  const words = `stems_${number}`
  const docs = `docs_${number}`

  /** Where the totals of a path and partition key are; only a first guess, for a transaction may have been undone. */
  const known = new Map<string, number>()
  const totalsOf = (path: number, pk: string, documents: number, count: number): number => {
    const key = `${path} ${pk}`
    const guess = known.get(key)
    if (guess !== undefined) {
      const update = `UPDATE ${lists} SET documents = documents + ?, words = words + ? WHERE k = ? AND path = ? AND pk = ?`
      if (store.prepare(update).run(documents, count, guess, path, pk).changes === 1) return guess
    }
    const { k } = store
      .prepare(
        `INSERT INTO ${lists} (path, pk, documents, words) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (path, pk) DO UPDATE SET documents = documents + ?3, words = words + ?4 RETURNING k`,
      )
      .get(path, pk, documents, count) as { k: number }
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(key, k)
    return k
  }
  const put = (path: number, n: number, pk: string, all: readonly string[], sign: 1 | -1) => {
    const k = totalsOf(path, pk, sign, sign * all.length)
    const statement = store.prepare(
      sign === 1
        ? `INSERT INTO ${words} (path, word, k, n) VALUES (?, ?, ?, ?)`
        : `DELETE FROM ${words} WHERE path = ? AND word = ? AND k = ? AND n = ?`,
    )
    for (const word of new Set(all)) statement.run(path, word, k, n)
  }
  const marks = (list: readonly unknown[]) => list.map(() => '?').join(',')
  const list = (path: number, sought: readonly string[], pk: string | undefined): Sql => {
    const sql = `SELECT n FROM ${words} WHERE path = ? AND word IN (${marks(sought)})`
    if (pk === undefined) return { sql, values: [path, ...sought] }
    const ofKey = `${sql} AND k = (SELECT k FROM ${lists} WHERE path = ? AND pk = ?)`
    return { sql: ofKey, values: [path, ...sought, path, pk] }
  }

  return {
    paths: paths.length,
    pathOf(path) {
      const found = paths.findIndex((one) => one.join('\0') === path.join('\0'))
      return found < 0 ? undefined : found
    },
    texts: (document) => paths.filter((path) => textAt(document, path) !== undefined).length,
    update(n, pk, before, after) {
      paths.forEach((path, i) => {
        const [old, now] = [textAt(before, path), textAt(after, path)]
        if (old === now) return
        if (old !== undefined) put(i, n, pk, wordsOf(old), -1)
        if (now !== undefined) put(i, n, pk, wordsOf(now), 1)
      })
    },
    count(path, sought, pk, limit) {
      const { sql, values } = list(path, sought, pk)
      const { found } = store
        .prepare(`SELECT count(*) AS found FROM (${sql} LIMIT ?)`)
        .get(...values, limit) as { found: number }
      return found
    },
    select: list,
    test(path, sought) {
      const sql = `EXISTS (SELECT 1 FROM ${words} AS w WHERE w.path = ? AND w.word IN (${marks(sought)})
        AND w.k = (SELECT k FROM ${lists} WHERE path = ? AND pk = ${docs}.pk) AND w.n = ${docs}.n)`
      return { sql, values: [path, ...sought, path] }
    },
    totals(path, pk) {
      const where = pk === undefined ? '' : ' AND pk = ?'
      return store
        .prepare(
          `SELECT ifnull(sum(documents), 0) AS documents, ifnull(sum(words), 0) AS words FROM ${lists} WHERE path = ?${where}`,
        )
        .get(path, ...(pk === undefined ? [] : [pk])) as { documents: number; words: number }
    },
    drop: () =>
      store.database.exec(
        `DROP TABLE IF EXISTS ${lists}; DROP TABLE IF EXISTS ${words}; DROP TABLE IF EXISTS words_${number};`,
      ),
  }
}

/** Makes the tables behind an index and fills them from the documents there are. */
export function buildPostings(store: Store, number: number, paths: readonly string[][]): Postings {
  const postings = openPostings(store, number, paths)
  postings.drop()
  if (paths.length === 0) return postings
  store.database.exec(`
    CREATE TABLE texts_${number} (
      k INTEGER PRIMARY KEY, path INTEGER NOT NULL, pk TEXT NOT NULL, documents INTEGER NOT NULL, words INTEGER NOT NULL,
      UNIQUE (path, pk)
    );
    CREATE TABLE stems_${number} (
      path INTEGER NOT NULL, word TEXT NOT NULL, k INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (path, word, k, n)
    ) WITHOUT ROWID;`)
  for (const row of store.prepare(`SELECT n, pk, body FROM docs_${number}`).iterate()) {
    const { n, pk, body } = row as { n: number; pk: string; body: string }
    postings.update(n, pk, undefined, JSON.parse(body) as Row)
  }
  return postings
}

/** Whether the index was made by whoever opened the file before. */
export function hasPostings(store: Store, number: number): boolean {
  const found = store.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
  return found.get(`stems_${number}`) !== undefined
}

function textAt(document: Row | undefined, path: readonly string[]): string | undefined {
  let value: unknown = document
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof value === 'string' ? value : undefined
}
