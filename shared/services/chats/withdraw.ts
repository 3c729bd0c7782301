import { ChatError } from '../../domain/error.ts'
import type { LogStore } from '../ports/log.ts'

const TRIES = 20

/**
 * Strikes somebody off every list of people that are still to be let into this chat.
 * @throws ChatError `busy`
 */
export async function withdraw({ log }: { log: LogStore }, chatId: string, userId: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    let lost = false
    for (const { job, etag } of await log.listJobs(chatId)) {
      if (job.task !== 'fill' || job.without.includes(userId)) continue
      const people = await log.readJobPeople(chatId, job.jobId)
      if (!people.includes(userId, job.done)) continue
      const next = { ...job, without: [...job.without, userId] }
      const { kind } = await log.commit(chatId, {
        entries: [],
        writers: [],
        job: { kind: 'move', job: next, etag },
      })
      lost ||= kind !== 'committed'
    }
    if (!lost) return
  }
  throw new ChatError('busy', 'The chat is just being filled; try again.')
}
