// The change feed of one range, read page by page from a position that outlives the reader: the etag of the last page.
import { ChangeFeedStartFrom, type Container } from '@azure/cosmos'
import * as z from 'zod'
import type { FeedRange } from './lease-store.ts'

export interface Page {
  documents: unknown[]
  /** Where to read on after this page: the service's own continuation, an etag. */
  position: string
}

/** Where a range without a checkpoint starts. */
export type Start = 'beginning' | 'now' | Date

const token = z.object({
  rid: z.string(),
  Continuation: z.array(z.object({ continuationToken: z.string() })),
})

/**
 * Opens a range at `position`, or at `start` when there is none. `next` resolves to a page, empty when all has been read;
 * it rejects with whatever the service or the network answers, and the reader is of no more use then.
 */
export async function openFeed(
  container: Container,
  range: FeedRange,
  position: string | null,
  start: Start,
  maxItemCount: number,
): Promise<{ next(): Promise<Page> }> {
  const iterator = container.items.getChangeFeedIterator({
    changeFeedStartFrom: await startFrom(container, range, position, start),
    maxItemCount,
  })
  return {
    async next() {
      const page = await iterator.readNext()
      const { Continuation } = token.parse(JSON.parse(page.continuationToken))
      const [only] = Continuation
      if (!only || Continuation.length > 1) {
        throw new Error(`Range ${range.id} was split: following a split is not implemented by this host.`)
      }
      return { documents: page.result ?? [], position: only.continuationToken }
    },
  }
}

async function startFrom(container: Container, range: FeedRange, position: string | null, start: Start) {
  if (position !== null) {
    const { resource } = await container.read()
    const rid = (resource as { _rid?: string } | undefined)?._rid
    const only = { minInclusive: range.min, maxExclusive: range.max, continuationToken: position }
    return ChangeFeedStartFrom.Continuation(JSON.stringify({ rid, Continuation: [only] }))
  }
  // The SDK takes its own range objects only.
  const known = (await container.getFeedRanges()).find((one) => one.minInclusive === range.min)
  if (!known) throw new Error(`The container has no range that starts at "${range.min}".`)
  if (start === 'beginning') return ChangeFeedStartFrom.Beginning(known)
  return start === 'now' ? ChangeFeedStartFrom.Now(known) : ChangeFeedStartFrom.Time(start, known)
}
