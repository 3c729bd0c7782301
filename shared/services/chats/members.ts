// Who belongs to a group, and in what role. Each change is an entry of the log, written in one batch with the member it
// is about; what the change needs (who may do it, that an owner stays) is checked again whenever the batch loses a race.
// A change reads the chat, the asker and whom it is about, never all the members.
import type { Member } from '../../domain/chat.ts'
import type { MemberEntry, NewEntry, Position, Role } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { type AloneDeps, type AloneWrite, writeAlone } from '../log/write-alone.ts'
import type { MemberChange } from '../ports/log.ts'
import { chatFull, type Group, notFound, readGroup } from './group.ts'
import { applyMemberEntry, type MembershipDeps, placeSockets } from './membership.ts'
import { findPeople, type PeopleDeps } from './people.ts'
import { getChat, type ReadChatDeps, refuseOver } from './read-chat.ts'
import { keepsOwner, mayChange } from './roles.ts'
import type { ChatView } from './view.ts'
import { withdraw } from './withdraw.ts'

export interface MembersDeps extends MembershipDeps, AloneDeps, ReadChatDeps, PeopleDeps {
  log: MembershipDeps['log']
  time: AloneDeps['time']
  newId(): string
  chatRemoved(chatId: string): unknown
}

type Ask = { chatId: string; userId: string }

/**
 * One page of the members, by user id.
 * @throws ChatError `chat-not-found`
 */
export async function listMembers(
  deps: MembersDeps,
  actor: Actor,
  { chatId, cursor, limit }: { chatId: string; cursor?: string | undefined; limit: number },
): Promise<{ members: Member[]; cursor?: string | undefined }> {
  const [me, head, found] = await Promise.all([
    deps.log.readMember(chatId, actor.userId),
    deps.state.readHead(chatId),
    deps.log.listMembers(chatId, { after: cursor, limit: limit + 1 }),
  ])
  if (!me) throw notFound(chatId)
  refuseOver(head, chatId)
  const members = found.slice(0, limit)
  return { members, cursor: found.length > limit ? members.at(-1)?.userId : undefined }
}

/**
 * Adds a person or a bot to a group, or gives a member another role. With `handOver` the asker, an owner, becomes admin
 * in the same batch that makes a member owner.
 * @throws ChatError `chat-not-found`, `user-not-found`, `invalid-request` (role), `forbidden`, `chat-full`, `chat-closed`, `busy`
 */
export async function setMember(
  deps: MembersDeps,
  actor: Actor,
  ask: Ask & { role: Role; handOver?: boolean | undefined },
): Promise<ChatView> {
  const { chatId, userId, role, handOver = false } = ask
  const [user] = await findPeople(deps, [userId])
  if (user!.profile.type === 'bot' && role !== 'member') throw invalidRole('of a bot is member')
  if (handOver && role !== 'owner') throw invalidRole('must be owner to hand over')
  await change(deps, ask, async (tail, dedupeKey) => {
    const [group, target] = await Promise.all([
      readGroup(deps.log, chatId, actor),
      deps.log.readMember(chatId, userId),
    ])
    if (handOver) return handedOver(group, target, dedupeKey)
    if (target?.role === role) return undefined
    mayChange(group.me, target, role)
    if (!target) return added(deps, group, { userId, role, tail, dedupeKey })
    if (target.role === 'owner') keepsOwner(await deps.log.listOwners(chatId, 2), target)
    return roleChanged(group, [{ member: target, role, dedupeKey }])
  })
  await tellAdded(deps, actor, ask)
  return getChat(deps, actor, chatId)
}

function added(
  deps: MembersDeps,
  { chat, etag, me, memberCount }: Group,
  { userId, role, tail, dedupeKey }: { userId: string; role: Role; tail: Position; dedupeKey: string },
): AloneWrite {
  const { chatId } = chat
  const joined = { seq: tail.seq, n: tail.n }
  const bots = isBot(deps, userId) ? [...chat.bots, userId] : chat.bots
  const count = memberCount + 1
  if (chatFull(count)) throw chatFull(count)!
  const entry: NewEntry = {
    ...{ type: 'member', change: 'added', senderId: me.userId, userId, role, joined, dedupeKey },
    memberCount: count,
  }
  return {
    entries: [entry],
    members: [{ kind: 'create', member: { chatId, userId, role, joined } }],
    chatUpdate: { chat: { ...chat, bots, memberCount: count }, etag },
  }
}

interface RoleChange {
  member: Member
  role: Role
  dedupeKey: string
}

function roleChanged({ me, memberCount }: Group, changes: RoleChange[]): AloneWrite {
  return {
    entries: changes.map(({ member: { userId, joined }, role, dedupeKey }): NewEntry => {
      return {
        type: 'member',
        change: 'role',
        senderId: me.userId,
        userId,
        role,
        joined,
        memberCount,
        dedupeKey,
      }
    }),
    members: changes.map(
      ({ member, role }): MemberChange => ({ kind: 'replace', member: { ...member, role } }),
    ),
  }
}

/** Undefined when it is so already, which a repeated request finds. */
function handedOver(group: Group, target: Member | undefined, dedupeKey: string): AloneWrite | undefined {
  const { me } = group
  if (target?.role === 'owner' && me.role === 'admin') return undefined
  if (me.role !== 'owner') throw new ChatError('forbidden', `As ${me.role} you have nothing to hand over.`)
  if (!target || target.userId === me.userId)
    throw new ChatError('forbidden', 'A group is handed over to another member.')
  const steps: RoleChange[] = [{ member: me, role: 'admin', dedupeKey: `${dedupeKey}:from` }]
  if (target.role !== 'owner') steps.unshift({ member: target, role: 'owner', dedupeKey })
  else steps[0]!.dedupeKey = dedupeKey
  return roleChanged(group, steps)
}

/** A hint like every push: that the person was removed again meanwhile, or cannot be reached, is no failure. */
async function tellAdded(deps: MembersDeps, actor: Actor, { chatId, userId }: Ask): Promise<void> {
  if (isBot(deps, userId)) return
  try {
    const view = await getChat(deps, { ...actor, userId }, chatId)
    await deps.push.toUser(userId, deps.chatAdded(view))
  } catch (error) {
    deps.logger('warn', 'added.push.failed', { userId, chatId, error: String(error) })
  }
}

/**
 * Takes somebody out of a group; oneself: leaves. From the answer on the person can neither read nor write there, and
 * no list that is still being worked through lets them in.
 * @throws ChatError `chat-not-found`, `forbidden`, `chat-closed`, `busy`
 */
export async function removeMember(deps: MembersDeps, actor: Actor, ask: Ask): Promise<void> {
  const { chatId, userId } = ask
  const leaving = userId === actor.userId
  let removed = false
  for (;;) {
    let mayStrike = leaving
    if (leaving && (await hasLeft(deps, ask))) return
    removed = await change(deps, ask, async (_tail, dedupeKey) => {
      const [group, target] = await Promise.all([
        readGroup(deps.log, chatId, actor),
        deps.log.readMember(chatId, userId),
      ])
      mayStrike ||= ['owner', 'admin'].includes(group.me.role)
      if (!target) return undefined
      if (!leaving) mayChange(group.me, target, 'member')
      if (target.role === 'owner') keepsOwner(await deps.log.listOwners(chatId, 2), target)
      return gone(group, target, { change: leaving ? 'left' : 'removed', dedupeKey })
    })
    if (removed) break
    if (!mayStrike) return
    await withdraw(deps, chatId, userId)
    if (!(await deps.log.readMember(chatId, userId))) break
  }
  // Whoever was never here is told nothing of the chat; whoever was may have missed it the first time.
  if (!removed && (await deps.inbox.reflects(userId, chatId)) === 0) return
  await deps.push.toUser(userId, deps.chatRemoved(chatId)).catch(() => undefined)
}

/** Leaving again is leaving once. Whoever never was there learns nothing. */
async function hasLeft({ inbox }: MembersDeps, { chatId, userId }: Ask): Promise<boolean> {
  return !(await inbox.read(userId, chatId)) && (await inbox.reflects(userId, chatId)) > 0
}

function gone(
  { chat, etag, me, memberCount }: Group,
  target: Member,
  { change, dedupeKey }: { change: 'left' | 'removed'; dedupeKey: string },
): AloneWrite {
  const { userId, joined } = target
  const count = memberCount - 1
  const bots = chat.bots.filter((botId) => botId !== userId)
  const entry: NewEntry = {
    ...{ type: 'member', change, senderId: me.userId, userId, joined, memberCount: count, dedupeKey },
  }
  return {
    entries: [entry],
    members: [{ kind: 'remove', member: target }],
    chatUpdate: { chat: { ...chat, bots, memberCount: count }, etag },
  }
}

type Decide = (tail: Position, dedupeKey: string) => Promise<AloneWrite | undefined>

/** Writes the change, then brings inbox and sockets up to it before anybody is told that it is done. False: nothing to do. */
async function change(deps: MembersDeps, { chatId, userId }: Ask, decide: Decide): Promise<boolean> {
  const key = `change:${deps.newId()}`
  const { entries } = await writeAlone(deps, { chatId, key, decide: (tail) => decide(tail, key) })
  // What was so before may be the work of a process that died before it moved the sockets.
  if (entries.length === 0) {
    if (!isBot(deps, userId)) await placeSockets(deps, userId, chatId)
    return false
  }
  const chat = await deps.log.readChat(chatId)
  if (!chat) return true
  const changes = entries.filter((entry): entry is typeof entry & MemberEntry => entry.type === 'member')
  for (const entry of changes) await applyMemberEntry(deps, chat, entry)
  return true
}

const isBot = ({ bots }: PeopleDeps, userId: string): boolean => bots.some(({ botId }) => botId === userId)

function invalidRole(message: string): ChatError {
  const errors = [{ path: 'role', message }]
  return new ChatError('invalid-request', `role ${message}.`, { errors })
}
