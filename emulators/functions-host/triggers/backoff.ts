// How long to wait for a service that is away.

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
