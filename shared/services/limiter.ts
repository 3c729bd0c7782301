// Token buckets of one process: a key may act `burst` times at once, and `perSecond` times a second in the long run.
// Each instance counts by itself.
import { ChatError } from '../domain/error.ts'
import type { Time } from './ports/world.ts'

export interface Limiter {
  /** @throws ChatError `rate-limited`, with the seconds to wait */
  take(key: string): void
}

interface Bucket {
  tokens: number
  /** When `tokens` was true, epoch milliseconds. */
  at: number
}

/** Beyond this many keys the full buckets are forgotten: they say nothing that a new one would not. */
const SWEEP_AT = 10_000

/** A limiter; with a rate of 0 one that lets everything pass. */
export function createLimiter(
  { perSecond, burst }: { perSecond: number; burst: number },
  time: Pick<Time, 'now'>,
): Limiter {
  const buckets = new Map<string, Bucket>()
  let sweepAt = SWEEP_AT
  const filled = ({ tokens, at }: Bucket, now: number): number =>
    Math.min(burst, tokens + (Math.max(0, now - at) * perSecond) / 1_000)

  function sweep(now: number): void {
    for (const [key, bucket] of buckets) if (filled(bucket, now) >= burst) buckets.delete(key)
    sweepAt = Math.max(SWEEP_AT, 2 * buckets.size)
  }

  return {
    take(key) {
      if (perSecond === 0) return
      const now = time.now()
      const known = buckets.get(key)
      const tokens = known ? filled(known, now) : burst
      if (tokens < 1) {
        const retryAfter = Math.ceil((1 - tokens) / perSecond)
        throw new ChatError('rate-limited', `Too many requests; try again in ${retryAfter} s.`, {
          retryAfter,
        })
      }
      if (known) {
        known.tokens = tokens - 1
        known.at = now
        return
      }
      if (buckets.size >= sweepAt) sweep(now)
      buckets.set(key, { tokens: tokens - 1, at: now })
    },
  }
}
