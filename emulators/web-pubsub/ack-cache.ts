// Remembers which acknowledged operations of a logical connection succeeded, so that a repeat is not run again.
// Only the last thousand are kept; failed ones are not, they may be tried again under the same id.

const KEPT = 1000

export interface AckCache {
  has(ackId: string): boolean
  add(ackId: string): void
}

export function createAckCache(): AckCache {
  const ids = new Set<string>() // a set keeps its order of insertion
  return {
    has: (ackId) => ids.has(ackId),
    add(ackId) {
      ids.add(ackId)
      if (ids.size > KEPT) ids.delete(ids.values().next().value!)
    },
  }
}
