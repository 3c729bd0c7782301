// Databases and containers: kept in memory for speed, written through to the store, loaded again on opening.
import { isDeepStrictEqual } from 'node:util'
import { buildPostings, hasPostings } from '../text/postings.ts'
import { badRequest, conflict, notFound } from '../wire/errors.ts'
import { type Collection, type ContainerRow, derived, textPaths, toCollection } from './collection.ts'
import { type ContainerDefinition, parseDefinition, vectorPolicies } from './definition.ts'
import { recomputeExpiry } from './expiry.ts'
import { createRangeMap, type Layout, splitLayout } from './ranges.ts'
import { databaseRid } from './rid.ts'
import type { Store } from './store.ts'
import { createTable, provideLog } from './table.ts'
import { refuseVectorChange } from './vector-policy.ts'

export interface Database {
  number: number
  id: string
  rid: string
  etag: string
  ts: number
  collections: Map<string, Collection>
}

export interface Catalog {
  databases(): Database[]
  collections(): Collection[]
  /** @throws CosmosError 404 */
  database(id: string): Database
  /** @throws CosmosError 404 */
  collection(databaseId: string, id: string): Collection
  createDatabase(id: string): Database
  deleteDatabase(id: string): void
  /** @param ranges At least so many physical ranges. */
  createCollection(databaseId: string, body: unknown, ranges?: number): Collection
  replaceCollection(collection: Collection, body: unknown): void
  deleteCollection(collection: Collection): void
  /** Splits a range in two. @throws CosmosError 400 when there is no such range, or it is too small. */
  splitRange(collection: Collection, id: string): void
}

export interface CatalogOptions {
  /** Physical ranges of containers created from now on. */
  ranges: number
  /** Unix time in seconds. */
  now(): number
}

export function openCatalog(store: Store, options: CatalogOptions): Catalog {
  const databases = new Map<string, Database>()
  for (const row of store.prepare('SELECT * FROM databases ORDER BY number').all()) {
    const { number, id, etag, ts } = row as { number: number; id: string; etag: string; ts: number }
    databases.set(id, { number, id, rid: databaseRid(number), etag, ts, collections: new Map() })
  }
  const layouts = new Map<number, Layout>()
  for (const { container, layout } of store.prepare('SELECT * FROM layouts').all()) {
    layouts.set(Number(container), JSON.parse(String(layout)))
  }
  for (const row of store.prepare('SELECT * FROM containers ORDER BY number').all()) {
    const container = row as unknown as ContainerRow
    const owner = [...databases.values()].find(({ number }) => number === container.owner)
    if (!owner) continue
    const collection = toCollection(store, owner.id, container, layouts.get(container.number))
    owner.collections.set(container.id, collection)
    const paths = textPaths(collection.definition)
    if (paths.length > 0 && !hasPostings(store, container.number)) {
      collection.postings = store.transaction(() => buildPostings(store, container.number, paths))
    }
  }
  const allCollections = () => [...databases.values()].flatMap((one) => [...one.collections.values()])

  // The counters belong to the transaction that moved them: an LSN must never be given out twice.
  const saveCounters = store.database.prepare('UPDATE containers SET lsn = ?, next = ? WHERE number = ?')
  store.beforeCommit(() => {
    for (const database of databases.values()) {
      for (const collection of database.collections.values()) {
        if (!collection.dirty) continue
        saveCounters.run(collection.lsn, collection.next, collection.number)
        collection.dirty = false
      }
    }
  })

  const database = (id: string) => {
    const found = databases.get(id)
    if (!found) throw notFound(`Resource Not Found. There is no database '${id}'.`)
    return found
  }
  const drop = (collection: Collection) => {
    store.database.exec(`DROP TABLE ${collection.table}`)
    provideLog(store, collection.log, false)
    collection.postings.drop()
    store.prepare('DELETE FROM containers WHERE number = ?').run(collection.number)
    store.prepare('DELETE FROM layouts WHERE container = ?').run(collection.number)
    collection.indexes.forget()
  }

  return {
    databases: () => [...databases.values()],
    collections: allCollections,
    database,
    collection(databaseId, id) {
      const found = database(databaseId).collections.get(id)
      if (!found) throw notFound(`Resource Not Found. There is no container '${id}' in '${databaseId}'.`)
      return found
    },
    createDatabase(id) {
      if (databases.has(id)) throw conflict()
      const etag = newEtag()
      const ts = options.now()
      const { lastInsertRowid } = store
        .prepare('INSERT INTO databases (id, etag, ts) VALUES (?, ?, ?)')
        .run(id, etag, ts)
      const number = Number(lastInsertRowid)
      const created = { number, id, rid: databaseRid(number), etag, ts, collections: new Map() }
      databases.set(id, created)
      return created
    },
    deleteDatabase(id) {
      const { number, collections } = database(id)
      store.transaction(() => {
        for (const collection of collections.values()) drop(collection)
        store.prepare('DELETE FROM databases WHERE number = ?').run(number)
      })
      databases.delete(id)
    },
    createCollection(databaseId, body, ranges = 1) {
      const owner = database(databaseId)
      const definition = parseDefinition(body)
      if (owner.collections.has(definition.id)) throw conflict()
      const created = store.transaction(() => {
        const row = {
          owner: owner.number,
          id: definition.id,
          etag: newEtag(),
          ts: options.now(),
          definition: JSON.stringify(definition),
          ranges: Math.max(options.ranges, ranges),
          lsn: 0,
          next: 1,
        }
        const { lastInsertRowid } = store
          .prepare(
            'INSERT INTO containers (owner, id, etag, ts, definition, ranges, lsn, next) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          )
          .run(row.owner, row.id, row.etag, row.ts, row.definition, row.ranges, row.lsn, row.next)
        const collection = toCollection(store, owner.id, { ...row, number: Number(lastInsertRowid) })
        createTable(store, collection.table, collection.uniqueKeys)
        provideLog(store, collection.log, collection.retention !== undefined)
        collection.postings = buildPostings(store, collection.number, textPaths(definition))
        indexNamedPaths(collection)
        return collection
      })
      owner.collections.set(created.id, created)
      return created
    },
    replaceCollection(collection, body) {
      const next = parseDefinition(body)
      refuseChange(collection.definition, next)
      const etag = newEtag()
      const ts = options.now()
      const { retention } = derived(next)
      const texts = textPaths(next)
      const reindex = !isDeepStrictEqual(textPaths(collection.definition), texts)
      const postings = store.transaction(() => {
        provideLog(store, collection.log, retention !== undefined)
        store
          .prepare('UPDATE containers SET definition = ?, etag = ?, ts = ? WHERE number = ?')
          .run(JSON.stringify(next), etag, ts, collection.number)
        if (collection.definition.defaultTtl !== next.defaultTtl) {
          recomputeExpiry(store, collection.table, next.defaultTtl)
        }
        return reindex ? buildPostings(store, collection.number, texts) : collection.postings
      })
      Object.assign(collection, { definition: next, etag, ts, postings }, derived(next))
      indexNamedPaths(collection)
    },
    deleteCollection(collection) {
      store.transaction(() => drop(collection))
      database(collection.databaseId).collections.delete(collection.id)
    },
    splitRange(collection, id) {
      const { kind } = collection.ranges
      const layout = splitLayout(collection.ranges, kind, id)
      const [low, high] = layout.ranges.filter(({ parents }) => parents.at(-1) === id)
      store.transaction(() => {
        const tables = [collection.table, ...(collection.retention === undefined ? [] : [collection.log])]
        for (const table of tables) {
          const move = `UPDATE ${table} SET rng = CASE WHEN epk('${kind}', pk) < ? THEN ? ELSE ? END WHERE rng = ?`
          store.prepare(move).run(high!.minInclusive, Number(low!.id), Number(high!.id), Number(id))
        }
        store
          .prepare('INSERT OR REPLACE INTO layouts (container, layout) VALUES (?, ?)')
          .run(collection.number, JSON.stringify(layout))
      })
      collection.ranges = createRangeMap(layout, kind)
    },
  }
}

const newEtag = () => `"${crypto.randomUUID()}"`

function indexNamedPaths({ indexed, indexes, uniqueKeys }: Collection): void {
  const unique = new Set(
    uniqueKeys.filter((paths) => paths.length === 1).map(([path]) => JSON.stringify(path)),
  )
  for (const path of indexed.explicit) if (!unique.has(JSON.stringify(path))) indexes.ensure([{ path }])
  for (const paths of indexed.composites) indexes.ensure(paths)
}

function refuseChange(before: ContainerDefinition, after: ContainerDefinition): void {
  if (before.id !== after.id) throw badRequest('The id of a container cannot be changed.')
  if (!isDeepStrictEqual(before.partitionKey, after.partitionKey)) {
    throw badRequest('Document collection partition key cannot be changed.')
  }
  refuseVectorChange(vectorPolicies(before), vectorPolicies(after))
  if (!isDeepStrictEqual(before.clientEncryptionPolicy, after.clientEncryptionPolicy)) {
    throw badRequest('The client encryption policy of a container cannot be changed.')
  }
  if (!isDeepStrictEqual(before.uniqueKeyPolicy?.uniqueKeys ?? [], after.uniqueKeyPolicy?.uniqueKeys ?? [])) {
    throw badRequest('The unique key policy of a container cannot be changed.')
  }
}
