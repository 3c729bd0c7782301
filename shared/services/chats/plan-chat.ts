// What a request for a chat amounts to: the chat, and who is in it. Nothing is written here but a bot's own account.
import { type Chat, MEMBERS_AT_ONCE } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import { directChatId, hashId } from '../../domain/id.ts'
import type { Actor, User } from '../../domain/user.ts'
import { ensureBotUser, findPeople, type PeopleDeps } from './people.ts'

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

export interface PlanDeps extends PeopleDeps {
  newId(): string
}

export interface Plan {
  chat: Chat
  /** Who is there from the first moment on beside the creator. */
  others: User[]
  /** Who is let in afterwards. */
  later: string[]
}

/** @throws ChatError `user-not-found`, `invalid-request` */
export async function planChat(deps: PlanDeps, actor: Actor, request: ChatRequest): Promise<Plan> {
  const createdAt = new Date(deps.time.now()).toISOString()
  const base = { createdBy: actor.userId, createdAt, visibility: 'private' as const, bots: [] }
  if (request.kind === 'direct') {
    if (request.userId === actor.userId)
      throw invalid('userId', 'is your own; a direct chat needs somebody else')
    const [other] = await findPeople(deps, [request.userId])
    if (other!.profile.type === 'bot') throw invalid('userId', 'is a bot; create a chat of kind "bot"')
    const chatId = directChatId(actor.userId, request.userId)
    const chat: Chat = { ...base, chatId, kind: 'direct', name: null, memberCount: 2 }
    return { chat, others: [other!], later: [] }
  }
  const chatId = request.clientRequestId
    ? hashId('c', actor.userId, request.clientRequestId)
    : hashId('c', actor.userId, deps.newId())
  if (request.kind === 'group') {
    const ids = new Set(request.members ?? [])
    ids.delete(actor.userId)
    const isBot = ({ profile }: User): boolean => profile.type === 'bot'
    // Bots first, so that they are there when the first message is.
    const people = (await findPeople(deps, [...ids])).sort((a, b) => Number(isBot(b)) - Number(isBot(a)))
    const { name, visibility = 'private' } = request
    const others = people.slice(0, MEMBERS_AT_ONCE - 1)
    const chat: Chat = {
      ...base,
      chatId,
      kind: 'group',
      name,
      visibility,
      bots: others.filter(isBot).map(({ userId }) => userId),
      memberCount: 1 + others.length,
      request: hashId('q', 'group', name, visibility, ...[...ids].sort()),
    }
    return { chat, others, later: people.slice(others.length).map(({ userId }) => userId) }
  }
  const bot = request.botId ? deps.bots.find((b) => b.botId === request.botId) : deps.bots[0]
  if (!bot)
    throw new ChatError('user-not-found', `There is no bot ${request.botId ?? '(none is configured)'}.`)
  const others = [await ensureBotUser(deps, bot)]
  const digest = hashId('q', 'bot', bot.botId, request.name ?? '')
  return {
    chat: {
      ...base,
      chatId,
      kind: 'bot',
      name: request.name ?? bot.displayName,
      bots: [bot.botId],
      memberCount: 2,
      request: digest,
    },
    others,
    later: [],
  }
}

const invalid = (path: string, message: string): ChatError =>
  new ChatError('invalid-request', `${path} ${message}.`, { errors: [{ path, message }] })
