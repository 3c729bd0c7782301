import type { Position } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { changeOwn, type OwnDeps } from '../chats/change-own.ts'
import { readMembership, refuseOver } from '../chats/read-chat.ts'
import type { ChatView } from '../chats/view.ts'
import type { LogStore } from '../ports/log.ts'

export interface Clearing {
  chatId: string
  /** The last seq to clear; without it everything. */
  through?: number | undefined
}

/**
 * Takes what was said so far out of the asker's own sight, for good. Nobody else hears of it, their other devices do.
 * Clearing less than was cleared before changes nothing.
 * @throws ChatError `chat-not-found`, `invalid-request` for a seq that is not in the log, `busy`
 */
export async function clearForMe(deps: OwnDeps, actor: Actor, ask: Clearing): Promise<ChatView> {
  const { chatId, through } = ask
  await readMembership(deps.inbox, actor, chatId)
  const head = await deps.state.readHead(chatId)
  refuseOver(head, chatId)
  if (!head) throw new ChatError('busy', 'The chat is just being made; try again.')
  const cleared = through === undefined ? head : await positionAt(deps.log, chatId, through)
  return changeOwn(deps, actor, chatId, { cleared: { seq: cleared.seq, n: cleared.n } })
}

/** @throws ChatError `invalid-request` for a seq that is not in the log */
export async function positionAt(log: LogStore, chatId: string, through: number): Promise<Position> {
  const entry = await log.readEntry(chatId, through)
  if (entry) return { seq: entry.seq, n: entry.n }
  const errors = [{ path: 'through', message: 'is not in the log of this chat' }]
  throw new ChatError('invalid-request', `There is no entry ${through}.`, { errors })
}
