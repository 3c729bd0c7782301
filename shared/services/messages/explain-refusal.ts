// Why a write was refused. The store says only that somebody may not write here.
import { ChatError } from '../../domain/error.ts'
import { chatClosed, END_KEY } from '../log/settle.ts'
import type { InboxStore } from '../ports/inbox.ts'
import { blocked, settleWriter, type WriterDeps } from '../users/blocks.ts'

interface RefusalDeps extends WriterDeps {
  inbox: Pick<InboxStore, 'reflects'>
}

/**
 * Why somebody may not write: a reader is told so, who is blocked, and who was there when the chat ended; for everybody
 * else the chat does not exist. Asked only after the store refused, so the common path pays nothing for it.
 */
export async function explainRefusal(deps: RefusalDeps, chatId: string, userId: string): Promise<ChatError> {
  const [member, chat] = await Promise.all([deps.log.readMember(chatId, userId), deps.log.readChat(chatId)])
  if (chat?.closed && (member || (await wasThere(deps, chatId, userId)))) return chatClosed(chatId)
  if (!member || chat?.closed) return new ChatError('chat-not-found', `There is no chat ${chatId}.`)
  if (member.role === 'reader') return new ChatError('forbidden', 'Readers of this chat may not write in it.')
  if (chat?.kind === 'direct' && (await isBlocked(deps, chatId, userId))) return blocked()
  return new ChatError('busy', 'Your role in this chat is just changing; send again with the same id.')
}

/** Whether it was the end of the chat that took the person out of it. */
async function wasThere({ log, inbox }: RefusalDeps, chatId: string, userId: string): Promise<boolean> {
  const [[end], seen] = await Promise.all([log.findByKeys(chatId, [END_KEY]), inbox.reflects(userId, chatId)])
  return end !== undefined && seen === end.seq
}

/** A block that was taken back by a process that died before it said so here is taken back now. */
async function isBlocked(deps: WriterDeps, chatId: string, userId: string): Promise<boolean> {
  const other = (await deps.log.listMembers(chatId)).find((member) => member.userId !== userId)
  if (!other) return false
  if ((await deps.personal.readBlocks(other.userId))[userId] !== undefined) return true
  await settleWriter(deps, other.userId, userId)
  return false
}
