// What is a user's own in a chat: nobody else hears of it, their other devices do.
import type { InboxChange } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import type { Push } from '../ports/push.ts'
import type { Logger, Time } from '../ports/world.ts'
import { getChat, type ReadChatDeps } from './read-chat.ts'
import type { ChatView } from './view.ts'

export interface OwnDeps extends ReadChatDeps {
  push: Push
  time: Time
  logger: Logger
  /** The frame that tells a user how their chat stands. */
  chatUpdated(view: ChatView): unknown
}

/**
 * Changes the asker's own item, and tells their devices how the chat stands.
 * @throws ChatError `chat-not-found`
 */
export async function changeOwn(
  deps: OwnDeps,
  actor: Actor,
  chatId: string,
  change: Omit<InboxChange, 'changedAt'>,
): Promise<ChatView> {
  const changedAt = Math.floor(deps.time.now() / 1_000)
  if (!(await deps.inbox.change(actor.userId, chatId, { ...change, changedAt })))
    throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
  const view = await getChat(deps, actor, chatId)
  await deps.push.toUser(actor.userId, deps.chatUpdated(view)).catch((error) => {
    deps.logger('warn', 'updated.push.failed', { chatId, error: String(error) })
  })
  return view
}
