// The runtime's retry policy: the same invocation again in the same process, counted in memory.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retry-policies
import { type Clock, pause } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { RegisteredFunction } from '../app/core-api.ts'
import type { RetryContext, RetryOptions } from '../app/core-types.ts'

/** `interrupted`: the signal was aborted before the policy was used up, so nobody may call the work done. */
export type RetryOutcome = 'succeeded' | 'exhausted' | 'interrupted'

/** Runs `attempt` until it succeeds or the function's policy is used up. Without a policy there is one attempt. */
export async function withRetry(
  { target, clock, log }: { target: RegisteredFunction; clock: Clock; log: Log },
  signal: AbortSignal,
  attempt: (context: RetryContext | undefined) => Promise<unknown>,
): Promise<RetryOutcome> {
  const { retryOptions: policy, name } = target.metadata
  let context: RetryContext | undefined
  for (let retries = 0; ; retries++) {
    try {
      await attempt(context)
      return 'succeeded'
    } catch (error) {
      if (!policy || (policy.maxRetryCount >= 0 && retries >= policy.maxRetryCount)) return 'exhausted'
      const exception =
        error instanceof Error
          ? { message: error.message, ...(error.stack !== undefined && { stackTrace: error.stack }) }
          : { message: String(error) }
      context = { retryCount: retries + 1, maxRetryCount: policy.maxRetryCount, exception }
    }
    const ms = delayOf(policy, retries)
    log('debug', 'retry-waits', { function: name, ms, retryCount: retries + 1 })
    await pause(clock, ms, signal)
    if (signal.aborted) return 'interrupted'
  }
}

/** Milliseconds before retry number `retries + 1`. The backoff grows from the minimum with 20 % of jitter. */
export function delayOf(policy: RetryOptions, retries: number, random = Math.random): number {
  if (policy.retryStrategy === 'fixedDelay') return (policy.delayInterval?.seconds ?? 0) * 1000
  const minimum = (policy.minimumInterval?.seconds ?? 0) * 1000
  const maximum = (policy.maximumInterval?.seconds ?? 0) * 1000
  const step = minimum * (2 ** retries - 1) * (0.8 + random() * 0.4)
  return Math.min(minimum + step, maximum)
}
