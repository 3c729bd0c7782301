// The change feed, latest version: documents in the order of the transactions that wrote them last. A page never cuts
// a transaction in two. https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-modes#latest-version-change-feed-mode

import type { Collection } from '../storage/collection.ts'
import { aliveClause } from '../storage/expiry.ts'
import type { Scope } from '../storage/scope.ts'
import type { SQLInputValue } from '../storage/store.ts'
import { feedCharge } from './charge.ts'
import { feedFilter } from './feed-filter.ts'
import { MAX_PAGE_BYTES } from './limits.ts'

export type FeedStart = 'beginning' | 'now' | { after: number } | { since: number }

export interface FeedRequest {
  scope: Scope
  start: FeedStart
  maxItems: number
  strong: boolean
  /** Unix seconds. */
  now: number
}

export interface FeedPage {
  /** JSON texts, each with its `_lsn`. Empty: nothing new. */
  documents: string[]
  /** Where the next read goes on. */
  lsn: number
  charge: number
}

/** The next page of changes. A poll with nothing new since `after` does not touch the store. */
export function readFeed(collection: Collection, request: FeedRequest): FeedPage {
  const { start, strong } = request
  const drained = () => ({ documents: [], lsn: collection.lsn, charge: feedCharge(0, 0, strong) })
  if (start === 'now' || (typeof start === 'object' && 'after' in start && start.after >= collection.lsn)) {
    return drained()
  }
  const after =
    start === 'beginning' ? 0 : 'after' in start ? start.after : firstSince(collection, start.since)
  const documents: string[] = []
  let bytes = 0
  let last = after
  for (const row of changes(collection, request, after)) {
    const { lsn, body } = row as { lsn: number; body: string }
    const size = Buffer.byteLength(body)
    const full = documents.length >= request.maxItems || bytes + size > MAX_PAGE_BYTES
    if (full && documents.length > 0 && lsn !== last) break
    documents.push(`${body.slice(0, -1)},"_lsn":${lsn}}`)
    bytes += size
    last = lsn
  }
  if (documents.length === 0) return drained()
  return { documents, lsn: last, charge: feedCharge(documents.length, bytes, strong) }
}

function changes(collection: Collection, { scope, now }: FeedRequest, after: number) {
  if (scope.pk !== undefined) collection.indexes.ensureKeyFeed()
  const { sql: filter, values } = feedFilter(collection, scope)
  const bound: SQLInputValue[] = [...values, after]
  if (collection.expires) bound.push(now)
  const sql = `SELECT lsn, body FROM ${collection.table} WHERE ${filter}lsn > ?${aliveClause(collection)} ORDER BY lsn, n`
  return collection.prepare(sql).iterate(...bound)
}

/** The LSN before the first change at or after the second, by bisection: times grow with LSNs. */
function firstSince(collection: Collection, since: number): number {
  const next = collection.prepare(
    `SELECT lsn, ts FROM ${collection.table} WHERE rng = ? AND lsn >= ? ORDER BY lsn LIMIT 1`,
  )
  const starts = collection.ranges.ranges.map(({ id }) => {
    let low = 0
    let high = collection.lsn + 1
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const found = next.get(Number(id), middle) as { lsn: number; ts: number } | undefined
      if (!found || found.ts >= since) high = middle
      else low = found.lsn
    }
    return low
  })
  return Math.min(...starts)
}
