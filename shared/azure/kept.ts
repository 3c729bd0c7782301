// A value from elsewhere that is read once, kept, and read again from time to time, one reading at a time.
import type { Logger, Time } from '../services/ports/world.ts'

/** A demanded reading follows another no sooner than this: whoever sends made-up key ids must not reach the source. */
export const CALM_MS = 5_000

/** The value. With `refresh` it is read again, unless that was just demanded. */
export type Kept<T> = (refresh?: boolean) => Promise<T>

/**
 * Keeps what `load` gives. The first readers wait for it, and are told when it fails; later on a reading goes on behind
 * the value that is there, and one that fails leaves it.
 */
export function keep<T>(
  load: () => Promise<T>,
  { refreshMs, time, logger }: { refreshMs: number; time: Pick<Time, 'now'>; logger: Logger },
): Kept<T> {
  let kept: { value: T } | undefined
  let triedAt = 0
  let demandedAt = Number.NEGATIVE_INFINITY
  let reading: Promise<T> | undefined

  function read(): Promise<T> {
    triedAt = time.now()
    reading ??= load()
      .then((value) => {
        kept = { value }
        return value
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  return async (refresh = false) => {
    if (!kept) return read()
    const { value } = kept
    const fallBack = (error: unknown): T => {
      logger('warn', 'secrets.refresh.failed', { error: String(error) })
      return value
    }
    if (refresh && time.now() - demandedAt >= CALM_MS) {
      demandedAt = time.now()
      return read().catch(fallBack)
    }
    if (time.now() - triedAt >= refreshMs && !reading) void read().catch(fallBack)
    return value
  }
}
