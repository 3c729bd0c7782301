// Who belongs to a group, and in what role. Each change is an entry of the log, written in one batch with the member it
// is about; what the change needs (who may do it, that an owner stays) is checked again whenever the batch loses a race.
import type { Member } from '../../domain/chat.ts'
import type { NewEntry, Position, Role } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { type AloneDeps, type AloneWrite, writeAlone } from '../log/write-alone.ts'
import { applyMemberEntry, type MembershipDeps, placeSockets } from './membership.ts'
import { getChat, type ReadChatDeps } from './read-chat.ts'
import type { ChatView } from './view.ts'

export interface MembersDeps extends MembershipDeps, AloneDeps, ReadChatDeps {
  log: MembershipDeps['log']
  newId(): string
  chatRemoved(chatId: string): unknown
}

type Ask = { chatId: string; userId: string }

/** @throws ChatError `chat-not-found` */
export async function listMembers(deps: MembersDeps, actor: Actor, chatId: string): Promise<Member[]> {
  const members = await deps.log.listMembers(chatId)
  find(members, actor.userId, chatId)
  return members
}

/**
 * Adds somebody to a group, or gives a member another role.
 * @throws ChatError `chat-not-found`, `user-not-found`, `forbidden`, `chat-closed`, `busy`
 */
export async function setMember(
  deps: MembersDeps,
  actor: Actor,
  ask: Ask & { role: Role },
): Promise<ChatView> {
  const { chatId, userId, role } = ask
  const user = await deps.users.read(userId)
  if (!user) throw new ChatError('user-not-found', `There is no user ${userId}.`)
  if (user.profile.type === 'bot') throw new ChatError('forbidden', 'A bot is no member of a group yet.')
  await change(deps, ask, async (tail, dedupeKey) => {
    const members = await groupMembers(deps, chatId, actor)
    const target = members.find((member) => member.userId === userId)
    if (target?.role === role) return undefined
    const me = find(members, actor.userId, chatId)
    mayChange(me, target, role)
    if (target) keepsOwner(members, target, role)
    const joined = target?.joined ?? { seq: tail.seq, n: tail.n }
    const memberCount = members.length + (target ? 0 : 1)
    const entry = entryOf(actor, {
      change: target ? 'role' : 'added',
      userId,
      role,
      joined,
      memberCount,
      dedupeKey,
    })
    return {
      entries: [entry],
      members: [{ kind: target ? 'replace' : 'create', member: { chatId, userId, role, joined } }],
    }
  })
  await tellAdded(deps, actor, ask)
  return getChat(deps, actor, chatId)
}

/** A hint like every push: that the person was removed again meanwhile, or cannot be reached, is no failure. */
async function tellAdded(deps: MembersDeps, actor: Actor, { chatId, userId }: Ask): Promise<void> {
  try {
    const view = await getChat(deps, { ...actor, userId }, chatId)
    await deps.push.toUser(userId, deps.chatAdded(view))
  } catch (error) {
    deps.logger('warn', 'added.push.failed', { userId, chatId, error: String(error) })
  }
}

/**
 * Takes somebody out of a group; oneself: leaves. From the answer on the person can neither read nor write there.
 * @throws ChatError `chat-not-found`, `forbidden`, `chat-closed`, `busy`
 */
export async function removeMember(deps: MembersDeps, actor: Actor, ask: Ask): Promise<void> {
  const { chatId, userId } = ask
  await change(deps, ask, async (_tail, dedupeKey) => {
    const members = await groupMembers(deps, chatId, actor)
    const target = members.find((member) => member.userId === userId)
    if (!target) return undefined
    const leaving = userId === actor.userId
    if (!leaving) mayChange(find(members, actor.userId, chatId), target, 'member')
    keepsOwner(members, target, undefined)
    const { joined } = target
    const memberCount = members.length - 1
    const change = leaving ? 'left' : 'removed'
    const entry = entryOf(actor, { change, userId, joined, memberCount, dedupeKey })
    return { entries: [entry], members: [{ kind: 'remove', member: target }] }
  })
  await deps.push.toUser(userId, deps.chatRemoved(chatId)).catch(() => undefined)
}

type Decide = (tail: Position, dedupeKey: string) => Promise<AloneWrite | undefined>

/** Writes the change, then brings inbox and sockets up to it before anybody is told that it is done. */
async function change(deps: MembersDeps, { chatId, userId }: Ask, decide: Decide): Promise<void> {
  const key = `change:${deps.newId()}`
  const { entries } = await writeAlone(deps, { chatId, key, decide: (tail) => decide(tail, key) })
  // What was so before may be the work of a process that died before it moved the sockets.
  if (entries.length === 0) return placeSockets(deps, userId, chatId)
  const chat = await deps.log.readChat(chatId)
  if (!chat) return
  for (const entry of entries) if (entry.type === 'member') await applyMemberEntry(deps, chat, entry)
}

async function groupMembers(deps: MembersDeps, chatId: string, actor: Actor): Promise<Member[]> {
  const [chat, members] = await Promise.all([deps.log.readChat(chatId), deps.log.listMembers(chatId)])
  find(members, actor.userId, chatId)
  if (chat?.kind !== 'group') throw new ChatError('forbidden', 'Only groups have members that come and go.')
  return members
}

function find(members: Member[], userId: string, chatId: string): Member {
  const member = members.find((known) => known.userId === userId)
  if (!member) throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
  return member
}

/** Owners change everybody; admins those below them, and make nobody more than a member. */
function mayChange(me: Member, target: Member | undefined, role: Role): void {
  if (me.role === 'owner') return
  const high = (r: Role | undefined): boolean => r === 'owner' || r === 'admin'
  if (me.role === 'admin' && !high(target?.role) && !high(role)) return
  throw new ChatError('forbidden', `As ${me.role} you may not do this.`)
}

function keepsOwner(members: Member[], target: Member, role: Role | undefined): void {
  if (target.role !== 'owner' || role === 'owner') return
  if (members.some((member) => member.role === 'owner' && member.userId !== target.userId)) return
  throw new ChatError('forbidden', 'A group keeps an owner: make somebody else owner first.')
}

type Change = Pick<
  NewEntry & { type: 'member' },
  'change' | 'userId' | 'role' | 'joined' | 'memberCount' | 'dedupeKey'
>

const entryOf = (actor: Actor, change: Change): NewEntry => ({
  type: 'member',
  senderId: actor.userId,
  ...change,
})
