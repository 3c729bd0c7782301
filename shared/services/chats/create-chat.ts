// Creating a chat: one batch with the chat, its members and its first entries; then what is derived from it. Each step
// can be repeated, and the feed repeats what a process that died left out.
import type { Bot } from '../../domain/bot.ts'
import { type Chat, type Member, START } from '../../domain/chat.ts'
import { type NewEntry, type Position, place, type Role } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { directChatId, hashId } from '../../domain/id.ts'
import type { Actor, User } from '../../domain/user.ts'
import type { LogStore, Time, UserStore } from '../ports.ts'
import { announceChat, type MembershipDeps } from './membership.ts'
import { getChat } from './read-chat.ts'
import type { ChatView } from './view.ts'

export type ChatRequest =
  | { kind: 'direct'; userId: string }
  | {
      kind: 'group'
      name: string
      members?: string[] | undefined
      visibility?: 'private' | 'public' | undefined
      clientRequestId?: string | undefined
    }
  | {
      kind: 'bot'
      botId?: string | undefined
      name?: string | undefined
      clientRequestId?: string | undefined
    }

export interface CreateChatDeps extends MembershipDeps {
  log: LogStore
  users: UserStore
  time: Time
  processId: string
  bots: Bot[]
  newId(): string
}

interface Plan {
  chat: Chat
  /** Everybody but the creator. */
  others: User[]
}

/**
 * Creates the chat, or finds the one that this request made before: a direct chat by its pair, others by `clientRequestId`.
 * @throws ChatError `user-not-found`, `invalid-request`, `id-reused`
 */
export async function createChat(
  deps: CreateChatDeps,
  actor: Actor,
  request: ChatRequest,
): Promise<{ view: ChatView; created: boolean }> {
  const creator = await deps.users.read(actor.userId)
  if (!creator) throw new ChatError('unauthorized', 'The account no longer exists.')
  const plan = await planChat(deps, actor, request)
  const created = await commitChat(deps, plan)
  const chat = created ? plan.chat : await existing(deps, plan.chat)
  // A chat whose creator's process died is there, but nobody was told: then this request does what is left.
  const announced = !created && (await deps.inbox.read(actor.userId, chat.chatId)) !== undefined
  if (!announced) await announceChat(deps, chat, [creator, ...plan.others])
  return { view: await getChat(deps, actor, chat.chatId), created }
}

async function planChat(deps: CreateChatDeps, actor: Actor, request: ChatRequest): Promise<Plan> {
  const createdAt = new Date(deps.time.now()).toISOString()
  const base = { createdBy: actor.userId, createdAt, visibility: 'private' as const, bots: [] }
  if (request.kind === 'direct') {
    if (request.userId === actor.userId)
      throw invalid('userId', 'is your own; a direct chat needs somebody else')
    const [other] = await readUsers(deps, [request.userId])
    if (other!.profile.type === 'bot') throw invalid('userId', 'is a bot; create a chat of kind "bot"')
    const chatId = directChatId(actor.userId, request.userId)
    return { chat: { ...base, chatId, kind: 'direct', name: null }, others: [other!] }
  }
  const chatId = request.clientRequestId
    ? hashId('c', actor.userId, request.clientRequestId)
    : hashId('c', actor.userId, deps.newId())
  if (request.kind === 'group') {
    const ids = new Set(request.members ?? [])
    ids.delete(actor.userId)
    const others = await readUsers(deps, [...ids])
    const { name, visibility = 'private' } = request
    return { chat: { ...base, chatId, kind: 'group', name, visibility }, others }
  }
  const bot = request.botId ? deps.bots.find((b) => b.botId === request.botId) : deps.bots[0]
  if (!bot)
    throw new ChatError('user-not-found', `There is no bot ${request.botId ?? '(none is configured)'}.`)
  const others = [await ensureBotUser(deps, bot, createdAt)]
  return {
    chat: { ...base, chatId, kind: 'bot', name: request.name ?? bot.displayName, bots: [bot.botId] },
    others,
  }
}

async function readUsers(deps: CreateChatDeps, userIds: string[]): Promise<User[]> {
  const users = await Promise.all(userIds.map((userId) => deps.users.read(userId)))
  users.forEach((user, i) => {
    if (!user) throw new ChatError('user-not-found', `There is no user ${userIds[i]}.`)
  })
  return users as User[]
}

/** A bot is a user like any other; it gets its account when it is first needed. */
async function ensureBotUser(deps: CreateChatDeps, bot: Bot, createdAt: string): Promise<User> {
  const known = await deps.users.read(bot.botId)
  if (known) return known
  const user: User = {
    userId: bot.botId,
    handle: bot.botId.toLowerCase(),
    displayName: bot.displayName,
    profile: { type: 'bot' },
    role: 'user',
    createdAt,
  }
  await deps.users.create(user)
  return user
}

/** False when the chat is there already. */
async function commitChat(deps: CreateChatDeps, { chat, others }: Plan): Promise<boolean> {
  const { chatId, createdBy } = chat
  const people: { userId: string; role: Role }[] = [
    { userId: createdBy, role: chat.kind === 'direct' ? 'member' : 'owner' },
    ...others.map(({ userId }) => ({ userId, role: 'member' as const })),
  ]
  const members: Member[] = people.map((person) => ({ chatId, joined: START, ...person }))
  const news: NewEntry[] = [
    {
      type: 'chat',
      change: 'created',
      senderId: createdBy,
      name: chat.name ?? undefined,
      dedupeKey: 'created',
    },
    ...people.map(
      ({ userId, role }): NewEntry => ({
        type: 'member',
        change: 'added',
        senderId: createdBy,
        userId,
        role,
        joined: START,
        memberCount: people.length,
        dedupeKey: `created:${userId}`,
      }),
    ),
  ]
  let previous: Position = START
  const entries = news.map((entry) => {
    const placed = place(entry, previous, chatId, chat.createdAt)
    previous = placed
    return { ...placed, by: deps.processId }
  })
  for (let tries = 0; tries < 5; tries++) {
    const outcome = await deps.log.commit(chatId, {
      chat,
      entries,
      writers: [],
      members: members.map((member) => ({ kind: 'create', member })),
    })
    if (outcome.kind === 'committed') return true
    if (outcome.kind === 'conflict' || outcome.kind === 'member-conflict') return false
    if (outcome.kind === 'unknown' && (await deps.log.readChat(chatId))) return true
    await deps.time.sleep(50 * 2 ** tries)
  }
  throw new ChatError('busy', 'The chat could not be created just now; try again with the same id.')
}

async function existing(deps: CreateChatDeps, asked: Chat): Promise<Chat> {
  const chat = await deps.log.readChat(asked.chatId)
  if (!chat) throw new ChatError('unavailable', 'The chat was found and then not read.')
  const same = chat.kind === asked.kind && (asked.kind === 'direct' || chat.name === asked.name)
  if (!same) throw new ChatError('id-reused', 'The clientRequestId was used for another chat.')
  return chat
}

const invalid = (path: string, message: string): ChatError =>
  new ChatError('invalid-request', `${path} ${message}.`, { errors: [{ path, message }] })
