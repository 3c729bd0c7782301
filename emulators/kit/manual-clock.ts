// A clock that stands still until it is moved.
import type { Clock } from './clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on and runs what falls due, in order; lets promises settle in between. */
  advance(ms: number): Promise<void>
  /** Timers that have not run yet. */
  waiting(): number
  /** Resolves when at least this many timers wait that are due within a minute: not those that only guard a request. */
  untilWaiting(count: number): Promise<void>
}

export function createManualClock(start = Date.now()): ManualClock {
  let now = start
  let tasks: { at: number; run: () => void }[] = []
  const watchers = new Set<() => void>()
  return {
    now: () => now,
    after(ms, run) {
      const task = { at: now + ms, run }
      tasks.push(task)
      for (const check of watchers) check()
      return {
        cancel() {
          tasks = tasks.filter((other) => other !== task)
        },
      }
    },
    async advance(ms) {
      const end = now + ms
      for (;;) {
        const due = tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        now = due.at
        tasks = tasks.filter((other) => other !== due)
        due.run()
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = end
    },
    waiting: () => tasks.length,
    untilWaiting: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (tasks.filter(({ at }) => at - now <= 60_000).length < count) return
          watchers.delete(check)
          resolve()
        }
        watchers.add(check)
        check()
      }),
  }
}
