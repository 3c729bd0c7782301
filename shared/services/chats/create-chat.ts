import { type Chat, type InboxItem, type Member, START } from '../../domain/chat.ts'
import { type NewEntry, type Position, place, type Role } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { hashId } from '../../domain/id.ts'
import type { Actor } from '../../domain/user.ts'
import type { LogStore } from '../ports/log.ts'
import type { PersonalStore } from '../ports/personal.ts'
import type { UserStore } from '../ports/users.ts'
import type { Time } from '../ports/world.ts'
import { refuseBlocked, settleDirect } from '../users/blocks.ts'
import { fillJob } from './fill-chat.ts'
import { announceChat, type MembershipDeps } from './membership.ts'
import { type ChatRequest, type Plan, type PlanDeps, planChat } from './plan-chat.ts'
import { getChat } from './read-chat.ts'
import type { ChatView } from './view.ts'

export interface CreateChatDeps extends MembershipDeps, PlanDeps {
  log: LogStore
  users: UserStore
  personal: PersonalStore
  time: Time
  processId: string
  jobLeaseMs: number
}

/**
 * Creates the chat, or finds the one that this request made before: a direct chat by its pair, others by `clientRequestId`.
 * @throws ChatError `user-not-found`, `invalid-request`, `id-reused`, `blocked`
 */
export async function createChat(
  deps: CreateChatDeps,
  actor: Actor,
  request: ChatRequest,
): Promise<{ view: ChatView; created: boolean }> {
  const creator = await deps.users.read(actor.userId)
  if (!creator) throw new ChatError('unauthorized', 'The account no longer exists.')
  const plan = await planChat(deps, actor, request)
  const other = plan.chat.kind === 'direct' ? plan.others[0] : undefined
  if (other) await refuseBlocked(deps, actor, other.userId)
  const created = await commitChat(deps, plan)
  // Whoever was blocked since was blocked before the chat was there to be closed to them.
  if (other && created) await settleDirect(deps, actor.userId, other.userId)
  const chat = created ? plan.chat : await existing(deps, plan.chat)
  // A chat whose creator's process died is there, but nobody was told: then this request does what is left.
  const item = created ? undefined : await deps.inbox.read(actor.userId, chat.chatId)
  if (item?.hiddenAt !== undefined) await bringBack(deps, item)
  if (!item) await announceChat(deps, chat, [creator, ...plan.others], plan.later.length === 0)
  return { view: await getChat(deps, actor, chat.chatId), created }
}

/** Whoever asks for a chat they had put away has it in their list again. */
async function bringBack(deps: CreateChatDeps, { userId, chatId }: InboxItem): Promise<void> {
  const changedAt = Math.floor(deps.time.now() / 1_000)
  await deps.inbox.change(userId, chatId, { hiddenAt: null, changedAt })
}

/** False when the chat is there already. */
async function commitChat(deps: CreateChatDeps, { chat, others, later }: Plan): Promise<boolean> {
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
  const job =
    later.length > 0
      ? fillJob(deps, { chatId, senderId: createdBy, jobId: hashId('j', chatId, 'created'), role: 'member' })
      : undefined
  for (let tries = 0; tries < 5; tries++) {
    const outcome = await deps.log.commit(chatId, {
      chat,
      entries,
      writers: [],
      members: members.map((member) => ({ kind: 'create', member })),
      job: job && { kind: 'create', job, people: later },
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
  if (chat.request !== asked.request)
    throw new ChatError('id-reused', 'The clientRequestId was used for another chat.')
  return chat
}
