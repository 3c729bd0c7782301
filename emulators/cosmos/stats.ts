// Counts what was asked of the emulator, so that tests can hold a program to its round trips and request units.

export interface OperationStats {
  count: number
  requestUnits: number
  /** Answers by HTTP status. */
  statuses: Record<string, number>
}

export interface Stats {
  record(operation: string, status: number, requestUnits: number): void
  /** By operation name, since the start or the last reset. */
  read(): Record<string, OperationStats>
  reset(): void
}

export function createStats(): Stats {
  let operations = new Map<string, OperationStats>()
  return {
    record(operation, status, requestUnits) {
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
