// Counts what was asked of the emulator, so that tests can hold a program to its round trips and request units.

export interface OperationStats {
  count: number
  requestUnits: number
  /** Answers by HTTP status. */
  statuses: Record<string, number>
}

/** One request as it was answered. */
export interface Served {
  operation: string
  status: number
  requestUnits: number
  container?: string | undefined
  /** The partition key as the request named it, such as `["p"]`. */
  partition?: string | undefined
}

export interface Stats {
  record(served: Served): void
  /** Hears of every request from now on. Returns what ends that. */
  watch(listener: (served: Served) => void): () => void
  /** By operation name, since the start or the last reset. */
  read(): Record<string, OperationStats>
  reset(): void
}

export function createStats(): Stats {
  let operations = new Map<string, OperationStats>()
  const listeners = new Set<(served: Served) => void>()
  return {
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    record(served) {
      for (const listener of listeners) listener(served)
      const { operation, status, requestUnits } = served
      let entry = operations.get(operation)
      if (!entry) {
        entry = { count: 0, requestUnits: 0, statuses: {} }
        operations.set(operation, entry)
      }
      entry.count++
      entry.requestUnits = Math.round((entry.requestUnits + requestUnits) * 100) / 100
      entry.statuses[status] = (entry.statuses[status] ?? 0) + 1
    },
    read: () => Object.fromEntries(operations),
    reset() {
      operations = new Map()
    },
  }
}
