import { ChatError } from '../../domain/error.ts'
import type { Deliverer } from '../log/deliver.ts'
import { applyChanges, type FeedDeps, type FeedWork, type RepairJob } from './apply-changes.ts'

export interface RepairDeps extends FeedDeps {
  deliverer: Deliverer
  /** How old an entry must be before its writer is given up, milliseconds. */
  repairAfterMs: number
}

/**
 * Publishes what stands in the log beyond the head, once it is old enough that its writer must be dead, and applies
 * the changes again. Returns the other work found.
 * @throws ChatError `busy` when there is still something to do: the queue tries again
 */
export async function repair(
  deps: RepairDeps,
  job: RepairJob,
): Promise<Pick<FeedWork, 'botJobs' | 'touches'>> {
  const entries = await deps.log.readFrom(job.chatId, job.from, job.through - job.from + 1)
  const last = entries.at(-1)
  if (!last) return { botJobs: [], touches: [] }
  const age = deps.time.now() - Date.parse(last.createdAt)
  // An entry from the future was written by a clock that is ahead: it is no reason to wait longer.
  if (age < deps.repairAfterMs) await deps.time.sleep(deps.repairAfterMs - Math.max(0, age))
  await deps.deliverer.repair(job.chatId, last.seq)
  const { repairs, ...work } = await applyChanges(deps, job.chatId, entries)
  if (repairs.length > 0)
    throw new ChatError('busy', `Delivery of ${job.chatId} is still behind ${last.seq}.`)
  return work
}
