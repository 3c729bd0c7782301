// Waiting that can be cut short: by a stop signal, or by somebody who knows there is work.

/** Resolves after `ms`, or as soon as the signal is aborted. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(finish, Math.min(ms, 2_147_483_647))
    signal.addEventListener('abort', finish, { once: true })
    function finish(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}

/** Growing pauses for a service that is away: 0.2 s doubling to `max`, with jitter. `reset` after a success. */
export function createBackoff(max = 5_000): { next(): number; reset(): void } {
  let failures = 0
  return {
    next: () => Math.min(max, 200 * 2 ** failures++) * (0.75 + Math.random() / 2),
    reset() {
      failures = 0
    },
  }
}
