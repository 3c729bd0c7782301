// The change feed of one range, read page by page from a position that outlives the reader: the etag of the last page.
import { ChangeFeedStartFrom, type Container } from '@azure/cosmos'
import * as z from 'zod'
import type { FeedRange } from './lease-store.ts'
import { readRanges } from './ranges.ts'

/** The range is no more; these have taken its place, and go on from its position. */
export class RangeSplit extends Error {
  readonly parts: FeedRange[]
  constructor(id: string, parts: FeedRange[]) {
    super(`Range ${id} was split.`)
    this.parts = parts
  }
}

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
 * @throws RangeSplit, from `next` too; what was split then has delivered nothing since the last page.
 */
export async function openFeed(
  container: Container,
  range: FeedRange,
  position: string | null,
  start: Start,
  maxItemCount: number,
): Promise<{ next(): Promise<Page> }> {
  const parts = await partsOf(container, range)
  if (parts.length > 0) throw new RangeSplit(range.id, parts)
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
        throw new RangeSplit(range.id, await partsOf(container, range))
      }
      return { documents: page.result ?? [], position: only.continuationToken }
    },
  }
}

/** What has taken the range's place; nothing while it is there. @throws Error when it was merged with another. */
async function partsOf(container: Container, { id, min, max }: FeedRange): Promise<FeedRange[]> {
  const parts = (await readRanges(container)).filter(({ parents }) => parents.includes(id))
  if (parts.every((part) => part.min >= min && part.max <= max)) return parts
  throw new Error(`Range ${id} was merged with another: following a merge is not implemented by this host.`)
}

async function startFrom(container: Container, range: FeedRange, position: string | null, start: Start) {
  if (position !== null) {
    const { resource } = await container.read()
    const rid = (resource as { _rid?: string } | undefined)?._rid
    const only = { minInclusive: range.min, maxExclusive: range.max, continuationToken: position }
    return ChangeFeedStartFrom.Continuation(JSON.stringify({ rid, Continuation: [only] }))
  }
  // The SDK takes its own range objects only.
  const known = (await container.getFeedRanges()).find(
    (one) => one.minInclusive === range.min && one.maxExclusive === range.max,
  )
  if (!known) throw new Error(`The container has no range from "${range.min}" to "${range.max}".`)
  if (start === 'beginning') return ChangeFeedStartFrom.Beginning(known)
  return start === 'now' ? ChangeFeedStartFrom.Now(known) : ChangeFeedStartFrom.Time(start, known)
}
