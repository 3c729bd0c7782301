// The run of a job is made before the job is on its queue: whoever takes the job and dies, the rescue finds the run, and a
// person can stop it before it has begun.
import { isOpen } from '../../domain/bot.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import { freshRun, type LeaseDeps } from './lease.ts'
import type { BotJob } from './prompts.ts'

const AT_ONCE = 10

/** The jobs whose runs are still to be brought to their end. */
export async function makeRuns({ state, time }: LeaseDeps, jobs: BotJob[]): Promise<BotJob[]> {
  const runs = await fewAtATime(jobs, AT_ONCE, (job) => state.createRun(freshRun(job, time.now())))
  return jobs.filter((_job, i) => isOpen(runs[i]!.run))
}
