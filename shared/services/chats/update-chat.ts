// What may be changed of a chat: its name and visibility for everybody, muted and pinned for oneself.

import type { Chat, Member } from '../../domain/chat.ts'
import type { ChatEntry, NewEntry, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { type AloneDeps, writeAlone } from '../log/write-alone.ts'
import { changeOwn, type OwnDeps } from './change-own.ts'
import { findOwnChat } from './find-own-chat.ts'
import { getChat, type ReadChatDeps, readMembership } from './read-chat.ts'
import type { ChatView } from './view.ts'

export interface UpdateDeps extends AloneDeps, ReadChatDeps, OwnDeps {
  log: ReadChatDeps['log']
  newId(): string
}

export interface ChatUpdate {
  chatId: string
  name?: string | undefined
  visibility?: 'private' | 'public' | undefined
  muted?: boolean | undefined
  pinned?: boolean | undefined
  clientRequestId?: string | undefined
}

/**
 * Renames a chat, shows or hides a group, mutes or pins a chat for oneself. What is so already changes nothing.
 * @throws ChatError `chat-not-found`, `forbidden`, `id-reused`, `chat-closed`, `busy`
 */
export async function updateChat(deps: UpdateDeps, actor: Actor, ask: ChatUpdate): Promise<ChatView> {
  const { chatId, name, visibility, muted, pinned } = ask
  await readMembership(deps.inbox, actor, chatId)
  if (name !== undefined || visibility !== undefined) await changeForAll(deps, actor, ask)
  const own = muted !== undefined || pinned !== undefined
  const view = own
    ? await changeOwn(deps, actor, chatId, { muted, pinned })
    : await getChat(deps, actor, chatId)
  // The head follows in a moment.
  const { head } = view
  return { ...view, head: { ...head, name: name ?? head.name, visibility: visibility ?? head.visibility } }
}

async function changeForAll(deps: UpdateDeps, actor: Actor, ask: ChatUpdate): Promise<void> {
  const { chatId, clientRequestId } = ask
  const key = clientRequestId ? `update:${actor.userId}:${clientRequestId}` : `change:${deps.newId()}`
  const { entries } = await writeAlone(deps, {
    chatId,
    key,
    async decide() {
      const { chat, etag, me } = await findOwnChat(deps.log, actor, chatId)
      mayChange(chat, me, ask)
      const news = newsOf(chat, actor, ask, key)
      if (news.length === 0) return undefined
      const { name = chat.name, visibility = chat.visibility } = ask
      return { entries: news, chatUpdate: { chat: { ...chat, name, visibility }, etag } }
    },
  })
  if (entries[0] && !isSame(entries[0], ask))
    throw new ChatError('id-reused', 'The clientRequestId was used for another change.')
}

/** @throws ChatError `forbidden` */
function mayChange({ kind }: Chat, { role }: Member, { visibility }: ChatUpdate): void {
  if (kind === 'direct') throw new ChatError('forbidden', 'A direct chat has no name of its own.')
  if (kind === 'bot' && visibility !== undefined)
    throw new ChatError('forbidden', 'A chat with a bot is private.')
  const may = role === 'owner' || (kind === 'group' && role === 'admin')
  if (!may) throw new ChatError('forbidden', `As ${role} you may not do this.`)
}

function newsOf(chat: Chat, { userId: senderId }: Actor, ask: ChatUpdate, key: string): NewEntry[] {
  const { name, visibility } = ask
  const news: NewEntry[] = []
  if (name !== undefined && name !== chat.name)
    news.push({ type: 'chat', change: 'renamed', name, senderId, dedupeKey: key })
  if (visibility !== undefined && visibility !== chat.visibility) {
    const dedupeKey = news.length > 0 ? `${key}:visibility` : key
    news.push({ type: 'chat', change: 'visibility', visibility, senderId, dedupeKey })
  }
  return news
}

/** Whether the first entry written under the request's id says what is asked now. */
function isSame(entry: StoredEntry, { name, visibility }: ChatUpdate): boolean {
  const { change, name: named, visibility: shown } = entry as ChatEntry
  return change === 'renamed' ? named === name : shown === visibility
}
