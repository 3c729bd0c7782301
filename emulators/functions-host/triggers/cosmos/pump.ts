// Works one lease: read, run the function, checkpoint, read on; and renews the lease beside it. Ends when the lease is lost
// or the pump is stopped. A page is checkpointed after its invocation has succeeded or its retries are used up, never
// before: a crash delivers it again, a handler that throws does not.
import { randomUUID } from 'node:crypto'
import type { Container } from '@azure/cosmos'
import { type Clock, pause } from '../../../kit/clock.ts'
import { createBackoff } from '../backoff.ts'
import { withRetry } from '../retry.ts'
import type { TriggerParts } from '../trigger.ts'
import { openFeed, RangeSplit, type Start } from './feed.ts'
import { type FeedRange, type Lease, LeaseLost, type LeaseStore } from './lease-store.ts'
import type { OwnWrites } from './own-writes.ts'

export interface PumpParts extends TriggerParts {
  monitored: Container
  store: LeaseStore
  lease: Lease
  start: Start
  maxItems: number
  pollMs: number
  renewMs: number
  /** When given, a rest between two reads ends early after a write of this process. */
  writes: OwnWrites | undefined
}

export interface Pump {
  /** Stops reading; the running invocation is waited for and checkpointed, then the lease is given back. */
  stop(): Promise<void>
  /** Resolves when the pump has ended, for whatever reason. */
  done: Promise<void>
  /** Whether it has ended because its range was split; there are other leases now. */
  readonly wasSplit: boolean
}

export function startPump(parts: PumpParts): Pump {
  const { store, clock, log, target } = parts
  const fields = { function: target.metadata.name, lease: parts.lease.id }
  const ending = new AbortController()
  let { lease } = parts
  let lost = false
  let split = false
  let away = false
  let writes = Promise.resolve()

  /** One write at a time: renewal and checkpoint would otherwise invalidate each other's etag. */
  const update = (change: Partial<Pick<Lease, 'Owner' | 'ContinuationToken'>>): Promise<void> => {
    const write = writes.then(async () => {
      lease = await store.update(lease, change)
      away = false
    })
    writes = write.catch(() => {})
    return write
  }
  const guard = (error: unknown, event: string): void => {
    if (error instanceof LeaseLost) {
      lost = true
      ending.abort()
      log('info', 'lease-lost', { ...fields, message: error.message })
      return
    }
    // An outage is told once; its length would otherwise fill the log.
    log(away ? 'debug' : 'error', event, { ...fields, error: String(error) })
    away = true
  }

  const renew = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await pause(clock, parts.renewMs, ending.signal)
      if (!ending.signal.aborted) await update({}).catch((error) => guard(error, 'lease-renew'))
    }
  }
  const work = async (): Promise<void> => {
    await Promise.all([
      renew(),
      read(parts, lease.ContinuationToken, ending.signal, guard, async (position) => {
        parts.faults.step(`cosmos.${target.metadata.name}`, 'before-checkpoint')
        await update({ ContinuationToken: position })
        parts.faults.step(`cosmos.${target.metadata.name}`, 'after-checkpoint')
      }).then((outcome) => {
        split = outcome === 'split'
        if (split) log('info', 'lease-split', fields)
        ending.abort()
      }),
    ])
    if (!lost && !split) await update({ Owner: null }).catch((error) => guard(error, 'lease-release'))
  }

  const done = work()
  return {
    done,
    async stop() {
      ending.abort()
      await done
    },
    get wasSplit() {
      return split
    },
  }
}

async function read(
  parts: PumpParts,
  from: string | null,
  ending: AbortSignal,
  guard: (error: unknown, event: string) => void,
  checkpoint: (position: string) => Promise<void>,
): Promise<'ended' | 'split'> {
  const { target, bindingName, invoke, clock } = parts
  const { min, max } = parts.lease.FeedRange.Range
  const range: FeedRange = { id: parts.lease.LeaseToken, min, max, parents: [] }
  const backoff = createBackoff()
  let position = from
  let told = false
  let feed: Awaited<ReturnType<typeof openFeed>> | undefined
  while (!ending.aborted) {
    try {
      feed ??= await openFeed(parts.monitored, range, position, parts.start, parts.maxItems)
      const written = parts.writes?.next()
      const page = await feed.next()
      backoff.reset()
      if (!told) parts.log('info', 'feed-reading', { function: target.metadata.name, lease: parts.lease.id })
      told = true
      if (page.documents.length > 0) {
        const inputData = [{ name: bindingName, data: { json: JSON.stringify(page.documents) } }]
        const outcome = await withRetry(parts, ending, (retryContext) =>
          invoke(target, { invocationId: randomUUID(), inputData, retryContext }),
        )
        if (outcome === 'interrupted') return 'ended'
        await settle(() => checkpoint(page.position), clock, ending, guard)
      }
      position = page.position
      if (page.documents.length === 0) {
        await pause(clock, parts.pollMs, written ? AbortSignal.any([ending, written]) : ending)
      }
    } catch (error) {
      feed = undefined
      if (!(error instanceof RangeSplit)) guard(error, 'change-feed')
      else if (await follow(parts, error, position, guard)) return 'split'
      await pause(clock, backoff.next(), ending)
    }
  }
  return 'ended'
}

/** Leases for the parts of a range that was split, from where it had been read to. */
async function follow(
  { store, lease }: PumpParts,
  { parts }: RangeSplit,
  position: string | null,
  guard: (error: unknown, event: string) => void,
): Promise<boolean> {
  try {
    await store.split(lease, parts, position)
    return true
  } catch (error) {
    guard(error, 'lease-split')
    return false
  }
}

/** A batch that has run is checkpointed however long the store is away: reading on without would run it twice for nothing. */
async function settle(
  checkpoint: () => Promise<void>,
  clock: Clock,
  ending: AbortSignal,
  guard: (error: unknown, event: string) => void,
): Promise<void> {
  const backoff = createBackoff()
  for (;;) {
    try {
      return await checkpoint()
    } catch (error) {
      guard(error, 'checkpoint')
      if (ending.aborted) return
      await pause(clock, backoff.next(), ending)
    }
  }
}
