// The SQLite file. One process owns it. Guarantees: a write that was answered has been committed, requests that arrive
// in one tick share one commit, and a process killed at any moment leaves either all of a transaction or nothing of it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { CosmosError } from '../wire/errors.ts'
import { effectiveKeyOf, type HashKind } from './epk.ts'

export type Row = Record<string, unknown>
export type { SQLInputValue }

export interface Store {
  readonly database: DatabaseSync
  /** A prepared statement, kept for the next call with the same text. */
  prepare(sql: string): StatementSync
  /** Runs now, in a transaction of its own: for the rare changes to databases, containers and indexes. */
  transaction<T>(run: () => T): T
  /**
   * Runs soon, in one transaction with whatever else is waiting; settles after the commit. A job may throw a CosmosError
   * before it has written anything, or `RolledBack` at any time if it is atomic.
   */
  write<T>(run: () => T, options?: { atomic?: boolean }): Promise<T>
  /** Called once before each commit of `write`, to persist what belongs to the transaction. */
  beforeCommit(hook: () => void): void
  close(): void
}

/** Thrown by an atomic job: undo all it wrote, and settle with this value. */
export class RolledBack<T = unknown> extends Error {
  readonly value: T
  constructor(value: T) {
    super('rolled back')
    this.value = value
  }
}

interface Job {
  run: () => unknown
  atomic: boolean
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS databases (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, etag TEXT NOT NULL, ts INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS containers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL,
  ts INTEGER NOT NULL, definition TEXT NOT NULL, ranges INTEGER NOT NULL, lsn INTEGER NOT NULL, next INTEGER NOT NULL,
  UNIQUE (owner, id)
);
CREATE TABLE IF NOT EXISTS layouts (container INTEGER PRIMARY KEY, layout TEXT NOT NULL);`

/**
 * Opens the store in a folder, created if need be, or in memory without one.
 * @throws Error when another process holds the file.
 */
export function openStore(dataDir?: string): Store {
  if (dataDir) mkdirSync(dataDir, { recursive: true })
  const database = new DatabaseSync(dataDir ? join(dataDir, 'cosmos.sqlite') : ':memory:')
  try {
    // WAL with NORMAL: a killed process loses nothing that was committed; only a power cut may take the tail.
    // EXCLUSIVE: two emulators on one file would each count their own LSNs.
    database.exec(
      'PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;',
    )
    database.exec(SCHEMA)
    // Where a key is in hash space, for the rare reads of a part of a range.
    database.function('epk', { deterministic: true }, (kind, pk) =>
      effectiveKeyOf(kind as HashKind, String(pk)),
    )
  } catch (cause) {
    database.close()
    throw new Error(`Cannot open the data in ${dataDir}: is another Cosmos DB emulator using it?`, { cause })
  }
  const statements = new Map<string, StatementSync>()
  let hook = () => {}
  let waiting: Job[] = []
  let closed = false

  const prepare = (sql: string) => {
    const known = statements.get(sql)
    if (known) return known
    // Query texts vary with their shape, not with their values, so this is reached only by a generator of queries.
    if (statements.size >= 500) statements.clear()
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const savepoint = database.prepare('SAVEPOINT job')
  const release = database.prepare('RELEASE job')
  const undo = database.prepare('ROLLBACK TO job')
  const rollback = () => {
    if (database.isTransaction) database.exec('ROLLBACK')
  }

  const runJob = (job: Job): (() => void) => {
    if (job.atomic) savepoint.run()
    try {
      const value = job.run()
      if (job.atomic) release.run()
      return () => job.resolve(value)
    } catch (error) {
      if (job.atomic) {
        undo.run()
        release.run()
      } else if (!(error instanceof CosmosError)) throw error
      return error instanceof RolledBack ? () => job.resolve(error.value) : () => job.reject(error)
    }
  }
  const flush = () => {
    const jobs = waiting
    waiting = []
    if (jobs.length === 0 || closed) return
    let settle: (() => void)[]
    try {
      begin.run()
      settle = jobs.map(runJob)
      hook()
      commit.run()
    } catch (error) {
      rollback()
      for (const job of jobs) job.reject(error)
      return
    }
    for (const done of settle) done()
  }

  return {
    database,
    prepare,
    transaction(run) {
      database.exec('BEGIN IMMEDIATE')
      try {
        const value = run()
        database.exec('COMMIT')
        return value
      } catch (error) {
        rollback()
        throw error
      }
    },
    write<T>(run: () => T, options?: { atomic?: boolean }) {
      return new Promise<T>((resolve, reject) => {
        // After the poll phase, when every request that has arrived is waiting here.
        if (waiting.length === 0) setImmediate(flush)
        waiting.push({ run, atomic: options?.atomic ?? false, resolve: resolve as Job['resolve'], reject })
      })
    },
    beforeCommit(next) {
      hook = next
    },
    close() {
      if (closed) return
      flush()
      closed = true
      statements.clear()
      database.close()
    },
  }
}
