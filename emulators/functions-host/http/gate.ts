// Bounds how many requests run at once and how many wait: host.json `maxConcurrentRequests`, `maxOutstandingRequests`.

export interface Gate {
  /** Resolves to true when the caller may run (call `leave` afterwards), to false when too many wait already. */
  enter(): boolean | Promise<boolean>
  leave(): void
}

/** Negative limits mean none. `outstanding` counts running and waiting requests together, as in the real host. */
export function createGate(concurrent: number, outstanding: number): Gate {
  const waiting: ((go: boolean) => void)[] = []
  let running = 0
  return {
    enter() {
      if (concurrent < 0 || running < concurrent) {
        running++
        return true
      }
      if (outstanding >= 0 && running + waiting.length >= outstanding) return false
      return new Promise((resolve) => waiting.push(resolve))
    },
    leave() {
      const next = waiting.shift()
      if (next) next(true)
      else running--
    },
  }
}
