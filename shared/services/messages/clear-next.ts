import type { ChatJob } from '../../domain/chat-job.ts'
import type { CloseDeps } from '../chats/close-chat.ts'
import { endJob } from '../chats/fill-chat.ts'
import { eraseNext } from './erase-history.ts'
import { hideCleared } from './hide-cleared.ts'

/** The next piece of erasing what was cleared for everybody, or the end of it. */
export async function clearNext(deps: CloseDeps, found: { job: ChatJob; etag: string }): Promise<void> {
  const { job } = found
  if (await eraseNext(deps, found, job.through ?? 0)) return
  // Somebody who was late may have put a text into the head that was cleared when it came.
  const chat = await deps.log.readChat(job.chatId)
  if (chat?.cleared) await hideCleared(deps, chat, chat.cleared)
  await endJob(deps, job)
}
