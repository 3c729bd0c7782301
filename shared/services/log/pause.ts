import type { AppendDeps } from './append-deps.ts'
import { type Lane, rivalCount } from './lane.ts'

/**
 * Spreads the writers of several processes: the more of them, the longer; the more often one lost, the shorter, so that
 * nobody starves. The tail is read after the pause and the write follows at once: a pause between the two loses races.
 */
export async function pause(
  deps: Pick<AppendDeps, 'time' | 'random'>,
  lane: Lane,
  losses: number,
): Promise<void> {
  const writers = Math.max(1, rivalCount(lane, deps.time.now()))
  await deps.time.sleep((deps.random() * 3 * writers * lane.commitMs) / losses)
}
