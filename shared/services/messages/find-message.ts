// The message that a request is about, for whoever may see it.
import { type Head, type InboxItem, visibleFrom } from '../../domain/chat.ts'
import type { Content } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { StoredMessage } from '../../domain/retouch.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership, refuseOver } from '../chats/read-chat.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'

export interface Target {
  chatId: string
  seq: number
}

/**
 * Makes sure that the asker may see what stands at `seq`, and returns by what.
 * @throws ChatError `chat-not-found`, `not-found` for what stands before the asker's time or was cleared
 */
export async function checkVisible(
  deps: { inbox: InboxStore; state: StateStore },
  actor: Actor,
  { chatId, seq }: Target,
): Promise<{ item: InboxItem; head: Head | undefined }> {
  const [item, head] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.state.readHead(chatId),
  ])
  refuseOver(head, chatId)
  if (seq < visibleFrom(item, head)) throw noMessage(seq)
  return { item, head }
}

/** @throws ChatError `not-found` when no message stands there */
export async function findMessage(
  log: LogStore,
  { chatId, seq }: Target,
): Promise<{ message: StoredMessage; etag: string }> {
  const found = await log.findEntry(chatId, seq)
  if (found?.entry.type !== 'message') throw noMessage(seq)
  return { message: found.entry, etag: found.etag }
}

/**
 * What the message says.
 * @throws ChatError `message-deleted`
 */
export function contentOf({ seq, content }: StoredMessage): Content {
  if (!content) throw new ChatError('message-deleted', `The message ${seq} was deleted.`)
  return content
}

const noMessage = (seq: number): ChatError => new ChatError('not-found', `There is no message ${seq}.`)
