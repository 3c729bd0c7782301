// Time as an emulator sees it: schedules, pauses, expiry. The machine's, unless somebody brings another.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs the task once after `ms` milliseconds, unless cancelled before. */
  after(ms: number, task: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** The longest a timer of Node waits; what is later fires early. */
const LONGEST_MS = 2_147_483_647

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, task) {
    const timer = setTimeout(task, Math.min(ms, LONGEST_MS)).unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms` milliseconds of the given clock, or as soon as the signal is aborted. Never rejects. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const timer = clock.after(ms, finish)
    signal?.addEventListener('abort', finish, { once: true })
    function finish(): void {
      timer.cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
  })
}
