// Leases as documents of the lease container, in the shape the real trigger writes. Every write is conditional on the etag
// read before, so that of two owners one always finds out that it has lost.
import { type Container, ErrorResponse } from '@azure/cosmos'
import * as z from 'zod'
import type { Clock } from '../../../kit/clock.ts'

const lease = z.looseObject({
  id: z.string(),
  LeaseToken: z.string(),
  FeedRange: z.looseObject({ Range: z.object({ min: z.string(), max: z.string() }) }),
  Owner: z.string().nullable(),
  ContinuationToken: z.string().nullable(),
  timestamp: z.string(),
  _etag: z.string(),
})
export type Lease = z.infer<typeof lease>

export interface FeedRange {
  id: string
  min: string
  max: string
  /** The ids of the ranges it came from, oldest first. */
  parents: string[]
}

/** The lease belongs to somebody else now, or is gone. */
export class LeaseLost extends Error {}

export interface LeaseStore {
  /** Creates what is missing: one lease per range, and the marker that says so. */
  initialize(ranges: readonly FeedRange[]): Promise<void>
  /** All leases of the ranges; the lease of the range it came from, where a split has not been followed to its end. */
  list(ranges: readonly FeedRange[]): Promise<Lease[]>
  /** Makes the owner the lease's owner; undefined when somebody was faster. */
  acquire(lease: Lease, owner: string): Promise<Lease | undefined>
  /**
   * Changes a lease that belongs to its owner and marks it alive. What another write of the same owner has changed
   * meanwhile is kept. @throws LeaseLost
   */
  update(lease: Lease, change: Partial<Pick<Lease, 'Owner' | 'ContinuationToken'>>): Promise<Lease>
  /**
   * Puts a lease for each part in the place of one whose range was split. It may be done twice, and by two hosts: the parts
   * are there before the whole is gone, and a part that has moved on is left as it is.
   */
  split(lease: Lease, parts: readonly FeedRange[], position: string | null): Promise<void>
}

const WRITE_ATTEMPTS = 5

export function createLeaseStore(container: Container, prefix: string, clock: Clock): LeaseStore {
  const timestamp = (): string => new Date(clock.now()).toISOString()
  const newLease = (range: FeedRange, position: string | null): Record<string, unknown> => ({
    id: idOf(range),
    version: 0,
    LeaseToken: range.id,
    FeedRange: { Range: { min: range.min, max: range.max } },
    Owner: null,
    ContinuationToken: position,
    properties: {},
    timestamp: timestamp(),
    Mode: 'Incremental Feed',
  })
  const idOf = (range: Pick<FeedRange, 'id'>): string => `${prefix}..${range.id}`
  const replace = async (from: Lease, change: Partial<Lease>): Promise<Lease> => {
    const { resource } = await container
      .item(from.id, from.id)
      .replace(
        { ...from, ...change, timestamp: timestamp() },
        { accessCondition: { type: 'IfMatch', condition: from._etag } },
      )
    return lease.parse(resource)
  }
  const read = async (id: string): Promise<Lease | undefined> => {
    const { resource } = await container.item(id, id).read()
    return resource === undefined ? undefined : lease.parse(resource)
  }
  const readOrParent = async (range: FeedRange): Promise<Lease> => {
    for (const id of [range.id, ...range.parents.toReversed()]) {
      const found = await read(idOf({ id }))
      if (!found) continue
      const { min, max } = found.FeedRange.Range
      if (min <= range.min && max >= range.max) return found
      throw new Error(
        `Range ${range.id} is made of several: following a merge is not implemented by this host.`,
      )
    }
    // Whoever splits a lease makes the parts first: this one has been made since we looked, or it was never there.
    await createIfAbsent(container, newLease(range, null))
    return lease.parse(await read(idOf(range)))
  }
  return {
    async initialize(ranges) {
      if ((await container.item(`${prefix}.info`, `${prefix}.info`).read()).resource === undefined) {
        for (const range of ranges) await createIfAbsent(container, newLease(range, null))
        await createIfAbsent(container, { id: `${prefix}.info` })
      }
    },
    async list(ranges) {
      const found = await Promise.all(ranges.map(readOrParent))
      return [...new Map(found.map((one) => [one.id, one])).values()]
    },
    async acquire(from, owner) {
      try {
        return await replace(from, { Owner: owner })
      } catch (error) {
        if (isCode(error, 412) || isCode(error, 404)) return undefined
        throw error
      }
    },
    async update(from, change) {
      let current = from
      for (let attempt = 1; ; attempt++) {
        try {
          return await replace(current, change)
        } catch (error) {
          if (!isCode(error, 412) && !isCode(error, 404)) throw error
          const fresh = await read(from.id)
          if (!fresh || fresh.Owner !== from.Owner) {
            throw new LeaseLost(`${from.id} belongs to ${fresh?.Owner ?? 'nobody'}.`)
          }
          if (attempt === WRITE_ATTEMPTS) throw error
          current = fresh
        }
      }
    },
    async split(whole, parts, position) {
      for (const part of parts) {
        await createIfAbsent(container, newLease(part, position))
      }
      try {
        await container.item(whole.id, whole.id).delete()
      } catch (error) {
        if (!isCode(error, 404)) throw error
      }
    },
  }
}

async function createIfAbsent(container: Container, document: Record<string, unknown>): Promise<void> {
  try {
    await container.items.create(document)
  } catch (error) {
    if (!isCode(error, 409)) throw error // Another host initialises at the same time: the same documents.
  }
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof ErrorResponse && error.code === code
}
