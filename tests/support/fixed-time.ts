import type { Time } from '../../shared/services/ports/world.ts'

export interface FixedTime extends Time {
  /** Moves the clock to this instant, epoch milliseconds. */
  set(ms: number): void
}

/** A clock that stands still until it is set; sleeping moves it on at once. */
export function fixedTime(start: number): FixedTime {
  let now = start
  return {
    now: () => now,
    set(ms) {
      now = ms
    },
    async sleep(ms) {
      now += ms
    },
  }
}
