// Groups that anybody may find and join.
import { type Chat, publicPlace } from '../../domain/chat.ts'
import type { NewEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { writeAlone } from '../log/write-alone.ts'
import { chatFull, countMembers, notFound } from './group.ts'
import { ensureLobby, LOBBY, type LobbyDeps } from './lobby.ts'
import type { MembersDeps } from './members.ts'
import { applyMemberEntry } from './membership.ts'
import { getChat } from './read-chat.ts'
import type { ChatView } from './view.ts'

export interface PublicDeps extends MembersDeps, LobbyDeps {
  log: MembersDeps['log']
  users: MembersDeps['users']
  time: MembersDeps['time']
  processId: string
}

export interface PublicChat {
  chat: Chat
  joined: boolean
}

/**
 * Public groups whose names begin with `q`, by name, and which of them are the asker's: one query over all groups, which
 * finds them by index, and one in the asker's inbox.
 * @throws ChatError `invalid-request` (cursor)
 */
export async function listPublicChats(
  deps: PublicDeps,
  actor: Actor,
  { q = '', cursor, limit }: { q?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ chats: PublicChat[]; cursor?: string | undefined }> {
  await ensureLobby(deps)
  const after = cursor === undefined ? undefined : readCursor(cursor)
  const found = await deps.log.listPublic({ prefix: q, after, limit: limit + 1 })
  const page = found.slice(0, limit)
  const ids = page.map(({ chat }) => chat.chatId)
  const mine = await deps.inbox.whichOf(actor.userId, ids)
  const last = page.at(-1)
  return {
    chats: page.map(({ chat }) => ({ chat, joined: mine.has(chat.chatId) })),
    cursor: found.length > limit && last ? Buffer.from(last.place).toString('base64url') : undefined,
  }
}

function readCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString()
  if (Buffer.from(place).toString('base64url') === cursor) return place
  const errors = [{ path: 'cursor', message: 'is none that was given out' }]
  throw new ChatError('invalid-request', 'The cursor is none that was given out.', { errors })
}

/**
 * Makes the asker a member of a public group, who sees the log from there on. Who is one already stays as they are.
 * @throws ChatError `chat-not-found` also for a private group, `chat-full`, `chat-closed`, `busy`
 */
export async function joinChat(deps: PublicDeps, actor: Actor, chatId: string): Promise<ChatView> {
  const { userId } = actor
  if (chatId === LOBBY) await ensureLobby(deps)
  const key = `change:${deps.newId()}`
  const { entries } = await writeAlone(deps, {
    chatId,
    key,
    async decide({ seq, n }) {
      const [found, me] = await Promise.all([deps.log.findChat(chatId), deps.log.readMember(chatId, userId)])
      if (me) return undefined
      if (!found || publicPlace(found.chat) === undefined) throw notFound(chatId)
      const memberCount = (await countMembers(deps.log, found.chat)) + 1
      const full = chatFull(memberCount)
      if (full) throw full
      const person = { userId, role: 'member' as const, joined: { seq, n } }
      const entry: NewEntry = {
        ...{ type: 'member', change: 'added', senderId: userId, memberCount, dedupeKey: key },
        ...person,
      }
      return {
        entries: [entry],
        members: [{ kind: 'create', member: { chatId, ...person } }],
        chatUpdate: { chat: { ...found.chat, memberCount }, etag: found.etag },
      }
    },
  })
  const [entry] = entries
  const chat = entry && (await deps.log.readChat(chatId))
  if (chat && entry.type === 'member') await applyMemberEntry(deps, chat, entry)
  if (!entry && !(await deps.inbox.read(userId, chatId)))
    throw new ChatError('busy', 'You have joined, and the chat will be in your list in a moment.')
  const view = await getChat(deps, actor, chatId)
  if (chat) await deps.push.toUser(userId, deps.chatAdded(view)).catch(() => undefined)
  return view
}
