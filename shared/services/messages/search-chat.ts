import { fitting, PAGE_BYTES } from '../../domain/budget.ts'
import { visibleFrom } from '../../domain/chat.ts'
import type { MessageEntry } from '../../domain/entry.ts'
import { searchTerms } from '../../domain/search-terms.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership, refuseOver } from '../chats/read-chat.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'

export interface SearchDeps {
  log: LogStore
  state: StateStore
  inbox: InboxStore
}

export interface Found {
  messages: MessageEntry[]
  /** Where the next page goes on. */
  cursor?: string | undefined
}

/**
 * Messages of a chat with all of the words, newest first, as far as the asker may see.
 * @throws ChatError `chat-not-found`
 */
export async function searchChat(
  deps: SearchDeps,
  actor: Actor,
  { chatId, q, cursor, limit }: { chatId: string; q: string; cursor?: number | undefined; limit: number },
): Promise<Found> {
  const [item, head] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.state.readHead(chatId),
  ])
  refuseOver(head, chatId)
  const ask = { terms: searchTerms(q), from: visibleFrom(item, head), before: cursor, limit: limit + 1 }
  const found = await deps.log.searchMessages(chatId, ask)
  const messages = fitting(found.slice(0, limit), PAGE_BYTES)
  const more = messages.length < found.length
  return { messages, cursor: more ? String(messages.at(-1)!.seq) : undefined }
}
