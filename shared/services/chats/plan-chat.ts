// What a request for a chat amounts to: the chat, and who is in it. Nothing is written here but a bot's own account.
import type { Bot } from '../../domain/bot.ts'
import type { Chat } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import { directChatId, hashId } from '../../domain/id.ts'
import type { Actor, User } from '../../domain/user.ts'
import type { Time, UserStore } from '../ports.ts'

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

export interface PlanDeps {
  users: UserStore
  time: Time
  bots: Bot[]
  newId(): string
}

export interface Plan {
  chat: Chat
  /** Everybody but the creator. */
  others: User[]
}

/** @throws ChatError `user-not-found`, `invalid-request` */
export async function planChat(deps: PlanDeps, actor: Actor, request: ChatRequest): Promise<Plan> {
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
    if (others.some(({ profile }) => profile.type === 'bot')) throw invalid('members', 'names a bot')
    const { name, visibility = 'private' } = request
    const digest = hashId('q', 'group', name, visibility, ...[...ids].sort())
    return { chat: { ...base, chatId, kind: 'group', name, visibility, request: digest }, others }
  }
  const bot = request.botId ? deps.bots.find((b) => b.botId === request.botId) : deps.bots[0]
  if (!bot)
    throw new ChatError('user-not-found', `There is no bot ${request.botId ?? '(none is configured)'}.`)
  const others = [await ensureBotUser(deps, bot, createdAt)]
  const digest = hashId('q', 'bot', bot.botId, request.name ?? '')
  return {
    chat: {
      ...base,
      chatId,
      kind: 'bot',
      name: request.name ?? bot.displayName,
      bots: [bot.botId],
      request: digest,
    },
    others,
  }
}

async function readUsers(deps: PlanDeps, userIds: string[]): Promise<User[]> {
  const users = await Promise.all(userIds.map((userId) => deps.users.read(userId)))
  users.forEach((user, i) => {
    if (!user) throw new ChatError('user-not-found', `There is no user ${userIds[i]}.`)
  })
  return users as User[]
}

/** A bot is a user like any other; it gets its account when it is first needed. */
async function ensureBotUser(deps: PlanDeps, bot: Bot, createdAt: string): Promise<User> {
  const known = await deps.users.read(bot.botId)
  if (known) return known
  const user: User = {
    userId: bot.botId,
    handle: await botHandle(deps, bot.botId),
    displayName: bot.displayName,
    profile: { type: 'bot' },
    role: 'user',
    createdAt,
  }
  await deps.users.create(user)
  return user
}

const invalid = (path: string, message: string): ChatError =>
  new ChatError('invalid-request', `${path} ${message}.`, { errors: [{ path, message }] })

/** Its id, reserved like anybody's handle; where a person was faster, the id with a mark that no person can have. */
async function botHandle(deps: PlanDeps, botId: string): Promise<string> {
  const handle = botId.toLowerCase()
  if (!(await deps.users.reserveName('handle', handle, botId))) {
    if ((await deps.users.findByName('handle', handle)) !== botId) return `bot:${handle}`
  }
  await deps.users.confirmName('handle', handle, botId)
  return handle
}
