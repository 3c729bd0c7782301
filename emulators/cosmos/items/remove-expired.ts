// Takes documents out whose time to live is over, and tells the version log and the full-text index of them.
import type { Collection } from '../storage/collection.ts'
import type { SQLInputValue } from '../storage/store.ts'
import { lsnOf, nextStamp } from './document.ts'
import { logChange } from './version-log.ts'

interface Expired {
  n: number
  pk: string
  id: string
  etag: string
  body: string
}

/**
 * Deletes what has expired at `now` (Unix seconds), of one partition key or, at most 500 at a time, of all.
 * @returns How many there were.
 */
export function removeExpired(collection: Collection, now: number, pk?: string): number {
  const { table, retention, postings } = collection
  const where = pk === undefined ? '' : 'pk = ? AND '
  const values: SQLInputValue[] = pk === undefined ? [now] : [pk, now]
  const expired = `SELECT n, pk, id, etag, body FROM ${table} WHERE ${where}exp IS NOT NULL AND exp <= ? LIMIT 500`
  if (retention !== undefined || postings.paths > 0) {
    for (const row of collection.prepare(expired).all(...values)) {
      const { n, pk, id, etag, body } = row as unknown as Expired
      postings.update(n, pk, JSON.parse(body), undefined)
      if (retention === undefined) continue
      const previous = { body, lsn: lsnOf(etag) }
      const change = { operation: 'delete', pk, id, previous, expired: true } as const
      logChange(collection, nextStamp(collection, now), change)
    }
  }
  const remove = `DELETE FROM ${table} WHERE n IN (SELECT n FROM (${expired}))`
  return Number(collection.prepare(remove).run(...values).changes)
}
