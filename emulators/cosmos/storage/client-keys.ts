// Client encryption keys of a database: wrapped by the client, opaque here.
// https://learn.microsoft.com/azure/cosmos-db/how-to-always-encrypted
import { conflict, notFound, preconditionFailed } from '../wire/errors.ts'
import { databaseRid } from './rid.ts'
import type { Store } from './store.ts'

/** The key as clients see it. */
export type ClientKey = Record<string, unknown> & { id: string; _etag: string }

export interface ClientKeys {
  list(database: number): ClientKey[]
  /** @throws CosmosError 404 */
  find(database: number, id: string): ClientKey
  /** @throws CosmosError 409 */
  create(database: number, key: { id: string }): ClientKey
  /** @throws CosmosError 404, 412 */
  replace(database: number, key: { id: string }, ifMatch?: string): ClientKey
  deleteAll(database: number): void
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS client_keys (
  number INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, etag TEXT NOT NULL,
  ts INTEGER NOT NULL, UNIQUE (owner, id)
)`

/** @param now Unix seconds. */
export function openClientKeys(store: Store, now: () => number): ClientKeys {
  store.database.exec(SCHEMA)
  const { prepare } = store
  const mark = () => [`"${crypto.randomUUID()}"`, now()] as const
  const keys: ClientKeys = {
    list: (database) =>
      prepare('SELECT * FROM client_keys WHERE owner = ? ORDER BY number').all(database).map(toKey),
    find(database, id) {
      const row = prepare('SELECT * FROM client_keys WHERE owner = ? AND id = ?').get(database, id)
      if (!row) throw notFound()
      return toKey(row)
    },
    create(database, key) {
      if (keys.list(database).some(({ id }) => id === key.id)) throw conflict()
      prepare('INSERT INTO client_keys (owner, id, body, etag, ts) VALUES (?, ?, ?, ?, ?)').run(
        database,
        key.id,
        JSON.stringify(key),
        ...mark(),
      )
      return keys.find(database, key.id)
    },
    replace(database, key, ifMatch) {
      const { _etag } = keys.find(database, key.id)
      if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== _etag) throw preconditionFailed()
      prepare('UPDATE client_keys SET body = ?, etag = ?, ts = ? WHERE owner = ? AND id = ?').run(
        JSON.stringify(key),
        ...mark(),
        database,
        key.id,
      )
      return keys.find(database, key.id)
    },
    deleteAll(database) {
      prepare('DELETE FROM client_keys WHERE owner = ?').run(database)
    },
  }
  return keys
}

function toKey(row: Record<string, unknown>): ClientKey {
  const rid = databaseRid(Number(row.number))
  const self = `dbs/${databaseRid(Number(row.owner))}/clientencryptionkeys/${rid}/`
  const system = { _rid: rid, _self: self, _etag: String(row.etag), _ts: Number(row.ts) }
  return { ...(JSON.parse(String(row.body)) as { id: string }), ...system }
}
