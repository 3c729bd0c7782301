// Leases as documents of the lease container, in the shape the real trigger writes. Every write is conditional on the etag
// read before, so that of two owners one always finds out that it has lost.
import { type Container, ErrorResponse } from '@azure/cosmos'
import * as z from 'zod'

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
}

/** The lease belongs to somebody else now, or is gone. */
export class LeaseLost extends Error {}

export interface LeaseStore {
  /** Creates what is missing: one lease per range, and the marker that says so. */
  initialize(ranges: readonly FeedRange[]): Promise<void>
  /** All leases of the ranges. */
  list(ranges: readonly FeedRange[]): Promise<Lease[]>
  /** Makes the owner the lease's owner; undefined when somebody was faster. */
  acquire(lease: Lease, owner: string): Promise<Lease | undefined>
  /**
   * Changes a lease that belongs to its owner and marks it alive. What another write of the same owner has changed
   * meanwhile is kept. @throws LeaseLost
   */
  update(lease: Lease, change: Partial<Pick<Lease, 'Owner' | 'ContinuationToken'>>): Promise<Lease>
}

const WRITE_ATTEMPTS = 5

export function createLeaseStore(container: Container, prefix: string): LeaseStore {
  const idOf = (range: FeedRange): string => `${prefix}..${range.id}`
  const replace = async (from: Lease, change: Partial<Lease>): Promise<Lease> => {
    const { resource } = await container
      .item(from.id, from.id)
      .replace(
        { ...from, ...change, timestamp: new Date().toISOString() },
        { accessCondition: { type: 'IfMatch', condition: from._etag } },
      )
    return lease.parse(resource)
  }
  const read = async (id: string): Promise<Lease | undefined> => {
    const { resource } = await container.item(id, id).read()
    return resource === undefined ? undefined : lease.parse(resource)
  }
  return {
    async initialize(ranges) {
      if ((await container.item(`${prefix}.info`, `${prefix}.info`).read()).resource === undefined) {
        for (const range of ranges) await createIfAbsent(container, newLease(idOf(range), range))
        await createIfAbsent(container, { id: `${prefix}.info` })
      }
    },
    async list(ranges) {
      const found = await Promise.all(ranges.map((range) => read(idOf(range))))
      return found.filter((one) => one !== undefined)
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
  }
}

function newLease(id: string, { id: LeaseToken, min, max }: FeedRange): Record<string, unknown> {
  return {
    id,
    version: 0,
    LeaseToken,
    FeedRange: { Range: { min, max } },
    Owner: null,
    ContinuationToken: null,
    properties: {},
    timestamp: new Date().toISOString(),
    Mode: 'Incremental Feed',
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
