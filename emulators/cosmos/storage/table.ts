// The table of one container's documents, and its indexes. An index on a property path is made when the indexing policy
// names the path, or at the first query that needs it; so a wildcard policy costs nothing until a path is used.
import { createHash } from 'node:crypto'
import type { Store } from './store.ts'
import { columnsOf, uniqueExpressions } from './typed-path.ts'

export interface Indexes {
  /** Makes sure of an index that serves the paths in this order within one logical partition, or (`wide`) across all. */
  ensure(order: readonly { path: readonly string[]; descending?: boolean }[], wide?: boolean): void
  /** Makes sure of the index behind the change feed of a single partition key. */
  ensureKeyFeed(): void
  /** Makes sure of the index that reads one partition key's documents in the order they were created. */
  ensureKey(): void
  forget(): void
}

/** Creates the table of a new container with the indexes every container has. */
export function createTable(store: Store, table: string, uniqueKeys: readonly string[][][]): void {
  store.database.exec(`
    CREATE TABLE ${table} (
      n INTEGER PRIMARY KEY, pk TEXT NOT NULL, id TEXT NOT NULL, rng INTEGER NOT NULL, lsn INTEGER NOT NULL,
      etag TEXT NOT NULL, ts INTEGER NOT NULL, exp INTEGER, body TEXT NOT NULL
    );
    CREATE UNIQUE INDEX ${table}_id ON ${table} (pk, id);
    CREATE INDEX ${table}_lsn ON ${table} (rng, lsn);
    CREATE INDEX ${table}_exp ON ${table} (exp) WHERE exp IS NOT NULL;`)
  uniqueKeys.forEach((paths, i) => {
    store.database.exec(
      `CREATE UNIQUE INDEX ${table}_unique_${i} ON ${table} (pk,${paths.flatMap(uniqueExpressions).join(',')})`,
    )
  })
}

/** Makes sure that the container has a log of all versions exactly when it keeps them. */
export function provideLog(store: Store, log: string, wanted: boolean): void {
  if (!wanted) {
    store.database.exec(`DROP TABLE IF EXISTS ${log}`)
    return
  }
  store.database.exec(`
    CREATE TABLE IF NOT EXISTS ${log} (
      n INTEGER PRIMARY KEY, lsn INTEGER NOT NULL, rng INTEGER NOT NULL, pk TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS ${log}_lsn ON ${log} (rng, lsn);
    CREATE INDEX IF NOT EXISTS ${log}_key ON ${log} (pk, lsn);
    CREATE INDEX IF NOT EXISTS ${log}_at ON ${log} (at, lsn);`)
}

/** Every index is paid for by every write; beyond this many, further paths go without. */
const MOST_INDEXES = 24

export function createIndexes(store: Store, table: string): Indexes {
  const known = new Set<string>()
  const create = (name: string, columns: string) => {
    if (known.has(name) || known.size >= MOST_INDEXES) return
    store.database.exec(`CREATE INDEX IF NOT EXISTS ${table}_${name} ON ${table} (${columns})`)
    known.add(name)
  }
  return {
    ensure(order, wide = false) {
      const columns = order.flatMap(({ path, descending }) => {
        const columns = columnsOf(path)
        const parts = columns ? [...(columns.rank ? [columns.rank] : []), columns.value] : []
        return descending ? parts.map((sql) => `${sql} DESC`) : parts
      })
      if (columns.length === 0) return
      // A row's number comes last in any index, ascending; where rows are to come the other way it is named.
      if (!order[0]!.descending && order.some(({ descending }) => descending)) columns.push('n DESC')
      const prefix = wide ? [] : ['pk']
      const name = createHash('sha1').update(JSON.stringify(order)).digest('hex').slice(0, 12)
      create(`${wide ? 'wide' : 'by'}_${name}`, [...prefix, ...columns].join(','))
    },
    ensureKeyFeed: () => create('key_lsn', 'pk, lsn'),
    ensureKey: () => create('key', 'pk'),
    forget: () => known.clear(),
  }
}
