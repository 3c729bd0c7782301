import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { type CloseDeps, closeChat } from './close-chat.ts'
import { type ReadChatDeps, readMembership } from './read-chat.ts'

export interface DeleteDeps extends CloseDeps, ReadChatDeps {
  log: CloseDeps['log']
  state: CloseDeps['state']
  inbox: CloseDeps['inbox']
}

/**
 * Ends a group or a chat with a bot for everybody; puts a direct chat away for oneself, cleared, until something is said.
 * @throws ChatError `chat-not-found`, `forbidden`, `busy`, `unavailable`
 */
export async function deleteChat(deps: DeleteDeps, actor: Actor, chatId: string): Promise<void> {
  const { kind } = await readMembership(deps.inbox, actor, chatId)
  return kind === 'direct' ? putAway(deps, actor, chatId) : closeChat(deps, actor, chatId)
}

async function putAway(deps: DeleteDeps, { userId }: Actor, chatId: string): Promise<void> {
  const head = await deps.state.readHead(chatId)
  if (!head) throw new ChatError('busy', 'The chat is just being made; try again.')
  const { seq, n } = head
  const changedAt = Math.floor(deps.time.now() / 1_000)
  await deps.inbox.change(userId, chatId, { cleared: { seq, n }, hiddenAt: seq, changedAt })
  await deps.push.toUser(userId, deps.chatRemoved(chatId)).catch((error) => {
    deps.logger('warn', 'removed.push.failed', { userId, chatId, error: String(error) })
  })
}
