import type { Gauges } from '../gauges.ts'
import type { Logger } from '../ports/world.ts'
import type { LeaseDeps } from './lease.ts'
import type { BotJob } from './prompts.ts'
import { jobOf } from './turn.ts'

export interface RescueDeps extends LeaseDeps {
  logger: Logger
  gauges: Gauges
  /** The queue tries a failed job again by itself; a run that nobody has touched for longer, milliseconds, is lost. */
  rescueAfterMs: number
}

const AT_ONCE = 100

/** Jobs of runs that nobody works on: those of hosts that died, and those that wait for a run that has long ended. */
export async function rescueRuns(deps: RescueDeps): Promise<BotJob[]> {
  const now = deps.time.now()
  const runs = await deps.state.listLapsedRuns(now - deps.rescueAfterMs, AT_ONCE)
  const lost = runs.filter(({ createdAt }) => now - Date.parse(createdAt) > deps.rescueAfterMs)
  deps.gauges('runs.unattended', lost.length)
  if (lost.length > 0) deps.logger('warn', 'runs.rescued', { runs: lost.map(({ runId }) => runId) })
  return lost.map(jobOf)
}
