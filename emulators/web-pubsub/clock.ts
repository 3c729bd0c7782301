// Time as the emulator sees it: the recovery window, retry pauses and token expiry. Tests bring their own.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs the task once after `ms` milliseconds, unless cancelled before. */
  after(ms: number, task: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, task) {
    const timer = setTimeout(task, ms).unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms` milliseconds of the given clock, or when the signal aborts. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, resolve)
    signal?.addEventListener('abort', () => {
      timer.cancel()
      resolve()
    })
  })
}
