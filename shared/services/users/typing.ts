import { chatGroup, RECEIPTS_UP_TO } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership, refuseOver } from '../chats/read-chat.ts'
import type { Limiter } from '../limiter.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { PersonalStore } from '../ports/personal.ts'
import type { Push } from '../ports/push.ts'
import type { StateStore } from '../ports/state.ts'
import type { Logger } from '../ports/world.ts'
import { refuseBlocked } from './blocks.ts'

export interface TypingDeps {
  inbox: InboxStore
  state: StateStore
  personal: PersonalStore
  push: Push
  logger: Logger
  limits: { typing: Limiter; stopped: Limiter }
  typingFrame(chatId: string, userId: string, typing: boolean): unknown
}

/**
 * Tells the chat that somebody is typing, or has stopped. A hint: nothing is stored.
 * @throws ChatError `rate-limited`, `chat-not-found`, `forbidden` for readers and in large chats, `blocked`
 */
export async function tellTyping(
  deps: TypingDeps,
  actor: Actor,
  { chatId, typing }: { chatId: string; typing: boolean },
): Promise<void> {
  const { userId } = actor
  // A beginning and its end are counted apart: what was begun may be ended at once.
  const limit = typing ? deps.limits.typing : deps.limits.stopped
  limit.take(`${userId}/${chatId}`)
  const [item, head] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.state.readHead(chatId),
  ])
  refuseOver(head, chatId)
  if (item.role === 'reader') throw new ChatError('forbidden', 'Readers of this chat may not write in it.')
  if (item.kind === 'direct' && item.peer) await refuseBlocked(deps, actor, item.peer.userId)
  if ((head?.memberCount ?? 0) > RECEIPTS_UP_TO)
    throw new ChatError('forbidden', `Chats of more than ${RECEIPTS_UP_TO} do not show who is typing.`)
  await deps.push.toGroup(chatGroup(chatId), deps.typingFrame(chatId, userId, typing)).catch((error) => {
    deps.logger('warn', 'typing.push.failed', { chatId, error: String(error) })
  })
}
