// Users of a database and their permissions: what a resource token is made from.
import { conflict, notFound } from '../wire/errors.ts'
import type { Store } from './store.ts'

export interface User {
  number: number
  id: string
  etag: string
  ts: number
}

export interface Permission extends User {
  /** Read or All, as the client wrote it. */
  mode: string
  /** As the client wrote it. */
  resource: string
  /** The partition key it is limited to, as JSON. */
  key: string | undefined
}

export type PermissionInput = Pick<Permission, 'id' | 'mode' | 'resource' | 'key'>

export interface Users {
  list(database: number): User[]
  /** @throws CosmosError 404 */
  find(database: number, id: string): User
  /** @throws CosmosError 409 */
  create(database: number, id: string): User
  /** @throws CosmosError 409 for a new id that is taken. */
  rename(user: User, id: string): User
  /** With their permissions. */
  delete(user: User): void
  deleteAll(database: number): void
  permissions(user: User): Permission[]
  /** @throws CosmosError 404 */
  permission(user: User, id: string): Permission
  /** @throws CosmosError 409 for an id, or a resource, that another permission of the user has. */
  putPermission(user: User, input: PermissionInput, before?: Permission): Permission
  deletePermission(permission: Permission): void
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS users (
  number INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL, ts INTEGER NOT NULL,
  UNIQUE (owner, id)
);
CREATE TABLE IF NOT EXISTS permissions (
  number INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL, ts INTEGER NOT NULL,
  mode TEXT NOT NULL, resource TEXT NOT NULL, key TEXT, UNIQUE (owner, id)
);`

/** @param now Unix seconds. */
export function openUsers(store: Store, now: () => number): Users {
  store.database.exec(SCHEMA)
  const { prepare } = store
  const mark = () => [`"${crypto.randomUUID()}"`, now()] as const
  const unlessTaken = <T>(run: () => T): T => {
    try {
      return run()
    } catch (error) {
      if (typeof error === 'object' && error && 'errcode' in error && error.errcode === 2067) throw conflict()
      throw error
    }
  }
  const users: Users = {
    list: (database) =>
      prepare('SELECT number, id, etag, ts FROM users WHERE owner = ? ORDER BY number')
        .all(database)
        .map((row) => row as unknown as User),
    find(database, id) {
      const row = prepare('SELECT number, id, etag, ts FROM users WHERE owner = ? AND id = ?').get(
        database,
        id,
      )
      if (!row) throw notFound()
      return row as unknown as User
    },
    create(database, id) {
      const insert = prepare('INSERT INTO users (owner, id, etag, ts) VALUES (?, ?, ?, ?)')
      unlessTaken(() => insert.run(database, id, ...mark()))
      return users.find(database, id)
    },
    rename(user, id) {
      const [etag, ts] = mark()
      const update = prepare('UPDATE users SET id = ?, etag = ?, ts = ? WHERE number = ?')
      unlessTaken(() => update.run(id, etag, ts, user.number))
      return { ...user, id, etag, ts }
    },
    delete({ number }) {
      prepare('DELETE FROM permissions WHERE owner = ?').run(number)
      prepare('DELETE FROM users WHERE number = ?').run(number)
    },
    deleteAll(database) {
      for (const user of users.list(database)) users.delete(user)
    },
    permissions: ({ number }) =>
      prepare('SELECT * FROM permissions WHERE owner = ? ORDER BY number').all(number).map(toPermission),
    permission({ number }, id) {
      const row = prepare('SELECT * FROM permissions WHERE owner = ? AND id = ?').get(number, id)
      if (!row) throw notFound()
      return toPermission(row)
    },
    putPermission(user, { id, mode, resource, key }, before) {
      const rivals = users.permissions(user).filter(({ number }) => number !== before?.number)
      if (rivals.some((one) => one.resource === resource && one.key === key)) throw conflict()
      const values = [id, mode, resource, key ?? null, ...mark()]
      const insert =
        'INSERT INTO permissions (id, mode, resource, key, etag, ts, owner) VALUES (?, ?, ?, ?, ?, ?, ?)'
      const update =
        'UPDATE permissions SET id = ?, mode = ?, resource = ?, key = ?, etag = ?, ts = ? WHERE number = ?'
      unlessTaken(() => prepare(before ? update : insert).run(...values, before?.number ?? user.number))
      return users.permission(user, id)
    },
    deletePermission: ({ number }) => {
      prepare('DELETE FROM permissions WHERE number = ?').run(number)
    },
  }
  return users
}

function toPermission(row: Record<string, unknown>): Permission {
  return { ...(row as unknown as Permission), key: row.key === null ? undefined : String(row.key) }
}
