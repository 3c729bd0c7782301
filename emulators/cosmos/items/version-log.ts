// All versions and deletes: every change of a container that has a change feed policy, kept for its retention time, with
// the document before and after. Containers without the policy write nothing here.
// https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-modes#all-versions-and-deletes-change-feed-mode-preview
import type { Collection } from '../storage/collection.ts'
import { badRequest } from '../wire/errors.ts'
import type { FeedPage, FeedRequest } from './change-feed.ts'
import { feedCharge } from './charge.ts'
import { feedFilter } from './feed-filter.ts'
import { MAX_PAGE_BYTES } from './limits.ts'
import { parsePartitionKey } from './partition-key.ts'

export interface Change {
  operation: 'create' | 'replace' | 'delete'
  pk: string
  id: string
  /** The text of the document, unless it was deleted. */
  current?: string
  previous?: { body: string; lsn: number }
  /** It was its time to live that deleted it. */
  expired?: boolean
}

/** Keeps the change, if the container keeps any. Belongs in the transaction of the change. */
export function logChange(collection: Collection, stamp: { lsn: number; ts: number }, change: Change): void {
  if (collection.retention === undefined) return
  const { operation, pk, id, current, previous, expired = false } = change
  const metadata = {
    lsn: stamp.lsn,
    crts: stamp.ts,
    operationType: operation,
    previousImageLSN: previous?.lsn ?? 0,
    ...(operation === 'delete' && { timeToLiveExpired: expired, id, partitionKey: namedKey(collection, pk) }),
  }
  const parts = [
    ...(current === undefined ? [] : [`"current":${current}`]),
    ...(previous === undefined ? [] : [`"previous":${previous.body}`]),
    `"metadata":${JSON.stringify(metadata)}`,
  ]
  collection
    .prepare(`INSERT INTO ${collection.log} (lsn, rng, pk, at, body) VALUES (?, ?, ?, ?, ?)`)
    .run(stamp.lsn, Number(collection.ranges.of(pk).id), pk, stamp.ts, `{${parts.join(',')}}`)
}

function namedKey({ keyPaths }: Collection, pk: string): Record<string, unknown> {
  return Object.fromEntries(parsePartitionKey(pk).map((value, i) => [keyPaths[i]!.join('/'), value ?? {}]))
}

const OUTSIDE = 'You must read the change feed from within the retention period.'

/**
 * The next page of changes after a position.
 * @throws CosmosError 400 without a policy, from the beginning, or from before the retention time.
 */
export function readVersions(collection: Collection, request: FeedRequest): FeedPage {
  const { start, strong, now, scope } = request
  const { retention, log } = collection
  if (retention === undefined) {
    throw badRequest(
      'The change feed of all versions and deletes needs a container with a changeFeedPolicy whose retentionDuration is above 0.',
    )
  }
  if (start !== 'now' && !(typeof start === 'object' && 'after' in start)) {
    throw badRequest(`${OUTSIDE} All versions and deletes start from now or from a continuation.`)
  }
  const drained = { documents: [], lsn: collection.lsn, charge: feedCharge(0, 0, strong) }
  if (start === 'now' || start.after >= collection.lsn) return drained
  const old = collection.prepare(`SELECT 1 FROM ${log} WHERE at < ? AND lsn > ? LIMIT 1`)
  if (old.get(now - retention, start.after)) {
    throw badRequest(`${OUTSIDE} Changes after this continuation are gone.`)
  }
  const { sql, values } = feedFilter(collection, scope)
  const rows = collection
    .prepare(`SELECT lsn, body FROM ${log} WHERE ${sql}lsn > ? ORDER BY lsn, n`)
    .iterate(...values, start.after)
  const documents: string[] = []
  let bytes = 0
  let last = start.after
  for (const row of rows) {
    const { lsn, body } = row as { lsn: number; body: string }
    const size = Buffer.byteLength(body)
    const full = documents.length >= request.maxItems || bytes + size > MAX_PAGE_BYTES
    if (full && documents.length > 0 && lsn !== last) break
    documents.push(body)
    bytes += size
    last = lsn
  }
  if (documents.length === 0) return drained
  return { documents, lsn: last, charge: feedCharge(documents.length, bytes, strong) }
}

/** Forgets what is older than the retention time, except the last of it, by which too old continuations are known. */
export function purgeVersions(collection: Collection, now: number): void {
  if (collection.retention === undefined) return
  const { log, retention } = collection
  collection
    .prepare(`DELETE FROM ${log} WHERE at < ?1 AND lsn < (SELECT max(lsn) FROM ${log} WHERE at < ?1)`)
    .run(now - retention)
}
