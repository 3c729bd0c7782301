// What follows from membership entries: the inbox items of the people concerned, their socket groups, and a word to them.
// All of it can be repeated; the entry with the higher seq wins.
import { type Chat, chatGroup, type Head, type InboxItem, START } from '../../domain/chat.ts'
import type { MemberEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { User } from '../../domain/user.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { Push } from '../ports/push.ts'
import type { StateStore } from '../ports/state.ts'
import type { UserStore } from '../ports/users.ts'
import type { Logger } from '../ports/world.ts'
import { type ChatView, viewChat } from './view.ts'

export interface MembershipDeps {
  log: LogStore
  state: StateStore
  inbox: InboxStore
  users: UserStore
  push: Push
  logger: Logger
  /** The frame that tells a user of a chat. */
  chatAdded(view: ChatView): unknown
}

/**
 * Brings everything derived from a new chat into being and tells its first members.
 * @param isWhole nobody else is still to be let in
 */
export async function announceChat(
  deps: MembershipDeps,
  chat: Chat,
  people: User[],
  isWhole: boolean,
): Promise<void> {
  const userIds = people.map(({ userId }) => userId)
  const [head, members] = await Promise.all([
    ensureHead(deps, chat, people.length),
    deps.log.membersAmong(chat.chatId, userIds),
  ])
  const views: ChatView[] = []
  for (const member of members) {
    const person = people.find(({ userId }) => userId === member.userId)
    if (!person || person.profile.type === 'bot') continue
    const peer = chat.kind === 'group' ? undefined : people.find(({ userId }) => userId !== member.userId)
    const item: InboxItem = {
      // The entries that made the chat end here; every later one about this person is newer.
      ...itemBase(chat, member.userId, 1 + people.length),
      role: member.role,
      joined: member.joined,
      peer: peer ? { userId: peer.userId, name: peer.displayName } : null,
      removed: false,
    }
    views.push({ ...viewChat(item, head, undefined), members: isWhole ? userIds : undefined })
  }
  await Promise.all(views.map((view) => deps.inbox.apply(view.item)))
  await Promise.all(views.map((view) => admit(deps, view)))
}

/** Puts the user's sockets into the chat's group and tells them. A failure is logged: their next `sync` mends it. */
export async function admit(deps: MembershipDeps, view: ChatView): Promise<void> {
  const { userId, chatId, kind } = view.item
  try {
    await deps.push.addUserToGroup(userId, chatGroup(chatId))
    // Somebody may have removed the person from the group in between, and moved the sockets before us.
    if (kind === 'group' && !(await deps.inbox.read(userId, chatId)))
      return await deps.push.removeUserFromGroup(userId, chatGroup(chatId))
    await deps.push.toUser(userId, deps.chatAdded(view))
  } catch (error) {
    deps.logger('warn', 'admit.failed', { userId, chatId, error: String(error) })
  }
}

/** The head of a new chat stands at its last creation entry: nobody waits for those on a socket. */
export async function ensureHead(
  deps: Pick<MembershipDeps, 'state'>,
  chat: Chat,
  memberCount: number,
): Promise<Head> {
  const found = await deps.state.readHead(chat.chatId)
  if (found) return found
  const head: Head = {
    chatId: chat.chatId,
    kind: chat.kind,
    name: chat.name,
    visibility: chat.visibility,
    memberCount,
    seq: 1 + memberCount,
    n: 0,
    at: chat.createdAt,
    preview: '',
    previewSeq: 0,
    senderId: chat.createdBy,
    sent: {},
  }
  if (await deps.state.createHead(head)) return head
  return (await deps.state.readHead(chat.chatId)) ?? head
}

/**
 * Applies one membership entry to the person's inbox and sockets, as the feed meets it.
 * @throws ChatError `busy` when the sockets could not be moved
 */
export async function applyMemberEntry(deps: MembershipDeps, chat: Chat, entry: MemberEntry): Promise<void> {
  // Reflected already, and seen again: only the sockets might have missed it.
  if ((await deps.inbox.reflects(entry.userId, chat.chatId)) >= entry.seq)
    return placeSockets(deps, entry.userId, chat.chatId)
  const user = await deps.users.read(entry.userId)
  if (user?.profile.type === 'bot') return
  const gone = entry.change === 'left' || entry.change === 'removed'
  // The inbox forgets a removal some day. An entry from before it, seen again, must not let the person back in.
  if (!gone && !(await deps.log.readMember(chat.chatId, entry.userId))) return
  const item: InboxItem = {
    ...itemBase(chat, entry.userId, entry.seq),
    role: entry.role ?? 'member',
    joined: entry.joined,
    peer: chat.kind !== 'group' ? await peerOf(deps, chat, entry.userId) : null,
    activeAt: entry.createdAt,
    removed: gone,
  }
  await deps.inbox.apply(item)
  await placeSockets(deps, entry.userId, chat.chatId)
}

/**
 * Puts the person's sockets where the inbox says they belong: the entry at hand may be an old one, seen again. Looks
 * again afterwards, for the person may have been removed in between.
 * @throws ChatError `busy` when the push service does not answer
 */
export async function placeSockets(
  { inbox, push }: Pick<MembershipDeps, 'inbox' | 'push'>,
  userId: string,
  chatId: string,
): Promise<void> {
  const belongs = async (): Promise<boolean> => (await inbox.read(userId, chatId)) !== undefined
  for (let member = await belongs(); ; ) {
    const moved = member
      ? push.addUserToGroup(userId, chatGroup(chatId))
      : push.removeUserFromGroup(userId, chatGroup(chatId))
    await moved.catch((cause) => {
      throw new ChatError('busy', 'The sockets could not be moved just now.', { cause })
    })
    const now = await belongs()
    if (now === member) return
    member = now
  }
}

async function peerOf(deps: MembershipDeps, chat: Chat, userId: string): Promise<InboxItem['peer']> {
  const members = await deps.log.listMembers(chat.chatId)
  const other = members.find((member) => member.userId !== userId)
  const user = other && (await deps.users.read(other.userId))
  return user ? { userId: user.userId, name: user.displayName } : null
}

/** What an item has before anything is known of its user. */
export const itemBase = (chat: Chat, userId: string, memberSeq: number) => ({
  userId,
  chatId: chat.chatId,
  kind: chat.kind,
  cleared: START,
  activeAt: chat.createdAt,
  muted: false,
  pinned: false,
  memberSeq,
})
