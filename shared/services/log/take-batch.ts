import type { Pending } from './lane.ts'
import { MAX_OPERATIONS } from './lane.ts'

/** Cosmos allows 2 MB per batch; half of it leaves room for the service's own fields. */
const MAX_BYTES = 1_000_000

/**
 * Takes from the front of `waiting` what fits one batch of `limit` operations: one create per entry,
 * one read per distinct sender, one guard. At least one entry is taken.
 */
export function takeBatch(waiting: Pending[], limit: number): Pending[] {
  const budget = Math.min(limit, MAX_OPERATIONS) - 1
  const senders = new Set<string>()
  let operations = 0
  let bytes = 0
  let count = 0
  for (const pending of waiting) {
    const cost = senders.has(pending.entry.senderId) ? 1 : 2
    const size = JSON.stringify(pending.entry).length * 2 + 300
    if (count > 0 && (operations + cost > budget || bytes + size > MAX_BYTES)) break
    senders.add(pending.entry.senderId)
    operations += cost
    bytes += size
    count++
  }
  return waiting.splice(0, count)
}
