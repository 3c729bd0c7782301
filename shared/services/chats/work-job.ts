// Doing a chat's jobs piece by piece. A worker does as many pieces as it may take time for, and says whether any are left.
import type { ChatJob } from '../../domain/chat-job.ts'
import { clearNext } from '../messages/clear-next.ts'
import { type CloseDeps, closeNext } from './close-chat.ts'
import { type FillDeps, fillNext } from './fill-chat.ts'

/** Well below the time a function may take. */
const PATIENCE_MS = 60_000
const STUCK_MS = 1_000
/** When the queue has given a job up, somebody tries again after this. */
const GIVEN_UP_MS = 10 * 60_000

export type JobDeps = FillDeps & CloseDeps

/** True when the job is not done yet: another message is to be sent for it. */
export async function workJob(
  deps: JobDeps,
  { chatId, jobId }: Pick<ChatJob, 'chatId' | 'jobId'>,
): Promise<boolean> {
  const until = deps.time.now() + PATIENCE_MS
  let people: string[] | undefined
  let before = ''
  for (;;) {
    const found = await deps.log.readJob(chatId, jobId)
    if (!found) return false
    if (deps.time.now() > until) return true
    // The store is at its limit, or somebody else is at it.
    if (found.etag === before) await deps.time.sleep(STUCK_MS * deps.random())
    before = found.etag
    if (found.job.task === 'fill') {
      people ??= await deps.log.readJobPeople(chatId, jobId)
      await fillNext(deps, found.job, people)
    } else if (found.job.task === 'clear') await clearNext(deps, found)
    else await closeNext(deps, found)
  }
}

/** The queue delivers it no more: it stands until its time comes again, and the log says so. */
export async function postponeJob(
  deps: Pick<JobDeps, 'log' | 'time' | 'logger'>,
  { chatId, jobId }: Pick<ChatJob, 'chatId' | 'jobId'>,
): Promise<void> {
  deps.logger('error', 'job.given-up', { chatId, jobId })
  const found = await deps.log.readJob(chatId, jobId)
  if (!found) return
  const job = { ...found.job, fresh: false, dueAt: deps.time.now() + GIVEN_UP_MS }
  await deps.log.commit(chatId, { entries: [], writers: [], job: { kind: 'move', job, etag: found.etag } })
}

const DUE_AT_ONCE = 100

/** The jobs whose workers must be dead. */
export async function dueJobs({ log, time }: Pick<JobDeps, 'log' | 'time'>): Promise<ChatJob[]> {
  return log.listDueJobs(time.now(), DUE_AT_ONCE)
}
