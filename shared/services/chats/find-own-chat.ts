import type { Chat, Member } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import type { LogStore } from '../ports/log.ts'

/**
 * The chat with the etag that a change of it needs, and who the asker is in it.
 * @throws ChatError `chat-not-found`
 */
export async function findOwnChat(
  log: LogStore,
  actor: Actor,
  chatId: string,
): Promise<{ chat: Chat; etag: string; me: Member }> {
  const [found, me] = await Promise.all([log.findChat(chatId), log.readMember(chatId, actor.userId)])
  if (!found || !me) throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
  return { ...found, me }
}
