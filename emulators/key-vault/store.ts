// The vault's data: secrets by name (case does not count), each with its versions in order, over one SQLite file.
// Every change is on disk before it is answered; without a folder everything is in memory.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface SecretVersion {
  version: string
  value: string
  contentType?: string | undefined
  tags?: Record<string, string> | undefined
  enabled: boolean
  /** All times in whole seconds since 1970. */
  notBefore?: number | undefined
  expires?: number | undefined
  created: number
  updated: number
}

export interface Secret {
  /** As written by whoever created it. */
  name: string
  latest: SecretVersion
  deletion?: { deletedAt: number; purgeAt: number }
}

export interface Store {
  find(name: string): Secret | undefined
  findVersion(name: string, version: string): SecretVersion | undefined
  /** Secrets after a name, in the order of names: those that are deleted, or those that are not. */
  list(deleted: boolean, after: string, limit: number): Secret[]
  /** Versions after a version, in the order of their ids, as the service lists them. */
  listVersions(name: string, after: string, limit: number): SecretVersion[]
  /** Oldest first. */
  history(name: string): SecretVersion[]
  /** Adds versions, the last of which becomes the latest; creates the secret if it is new. */
  add(name: string, versions: SecretVersion[]): void
  replace(name: string, version: SecretVersion): void
  setDeletion(name: string, deletion: Secret['deletion']): void
  remove(name: string): void
  /** Removes what was deleted for its whole retention time. */
  purgeDue(now: number): void
  close(): void
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS secrets (id TEXT PRIMARY KEY, name TEXT NOT NULL, deleted_at INTEGER, purge_at INTEGER) STRICT;
  CREATE INDEX IF NOT EXISTS due ON secrets (purge_at) WHERE purge_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS versions (
    id TEXT NOT NULL REFERENCES secrets ON DELETE CASCADE, version TEXT NOT NULL, position INTEGER NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (id, version), UNIQUE (id, position)) STRICT, WITHOUT ROWID;
  PRAGMA foreign_keys = ON;`

const SECRET = `SELECT s.name, s.deleted_at, s.purge_at, v.body FROM secrets s JOIN versions v ON v.id = s.id
  AND v.position = (SELECT max(position) FROM versions WHERE id = s.id)`

/** Opens the store in `<dir>/key-vault.sqlite`. @throws Error when another process has it open */
export function openStore(dir?: string): Store {
  const db = open(dir)
  const find = db.prepare(`${SECRET} WHERE s.id = ?`)
  const active = db.prepare(`${SECRET} WHERE s.deleted_at IS NULL AND s.id > ? ORDER BY s.id LIMIT ?`)
  const deleted = db.prepare(`${SECRET} WHERE s.deleted_at IS NOT NULL AND s.id > ? ORDER BY s.id LIMIT ?`)
  const findVersion = db.prepare('SELECT body FROM versions WHERE id = ? AND version = ?')
  const listVersions = db.prepare(
    'SELECT body FROM versions WHERE id = ? AND version > ? ORDER BY version LIMIT ?',
  )
  const history = db.prepare('SELECT body FROM versions WHERE id = ? ORDER BY position')
  const create = db.prepare('INSERT OR IGNORE INTO secrets (id, name) VALUES (?, ?)')
  const insert = db.prepare(
    'INSERT INTO versions SELECT ?1, ?2, coalesce(max(position), 0) + 1, ?3 FROM versions WHERE id = ?1',
  )
  const replace = db.prepare('UPDATE versions SET body = ? WHERE id = ? AND version = ?')
  const setDeletion = db.prepare('UPDATE secrets SET deleted_at = ?, purge_at = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM secrets WHERE id = ?')
  const purgeDue = db.prepare('DELETE FROM secrets WHERE purge_at <= ?')
  return {
    find: (name) => find.all(idOf(name)).map(toSecret)[0],
    findVersion: (name, version) => findVersion.all(idOf(name), version).map(toVersion)[0],
    list: (isDeleted, after, limit) => (isDeleted ? deleted : active).all(idOf(after), limit).map(toSecret),
    listVersions: (name, after, limit) => listVersions.all(idOf(name), after, limit).map(toVersion),
    history: (name) => history.all(idOf(name)).map(toVersion),
    add(name, versions) {
      db.exec('BEGIN IMMEDIATE')
      try {
        create.run(idOf(name), name)
        for (const version of versions) insert.run(idOf(name), version.version, JSON.stringify(version))
        db.exec('COMMIT')
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
    replace: (name, version) => void replace.run(JSON.stringify(version), idOf(name), version.version),
    setDeletion(name, deletion) {
      setDeletion.run(deletion?.deletedAt ?? null, deletion?.purgeAt ?? null, idOf(name))
    },
    remove: (name) => void remove.run(idOf(name)),
    purgeDue: (now) => void purgeDue.run(now),
    close: () => db.close(),
  }
}

function open(dir: string | undefined): DatabaseSync {
  if (dir !== undefined) mkdirSync(dir, { recursive: true })
  const db = new DatabaseSync(dir === undefined ? ':memory:' : join(dir, 'key-vault.sqlite'))
  try {
    // Two vaults over one file would each believe to be alone.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    db.exec(SCHEMA)
  } catch (cause) {
    db.close()
    throw new Error(`The vault in ${dir} cannot be opened: ${(cause as Error).message}.`, { cause })
  }
  return db
}

const idOf = (name: string): string => name.toLowerCase()

type Row = Record<string, unknown>
// What is read here was written by this module.
const toVersion = (row: Row): SecretVersion => JSON.parse(row.body as string) as SecretVersion

function toSecret(row: Row): Secret {
  const { name, deleted_at: deletedAt, purge_at: purgeAt } = row as Record<string, string | number | null>
  return {
    name: String(name),
    latest: toVersion(row),
    ...(deletedAt !== null && { deletion: { deletedAt: Number(deletedAt), purgeAt: Number(purgeAt) } }),
  }
}
