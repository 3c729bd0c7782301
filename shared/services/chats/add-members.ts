// Many people at once: the first thirty are in when the request is answered, the others follow in a job.
import { MEMBERS_AT_ONCE } from '../../domain/chat.ts'
import type { Role } from '../../domain/entry.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import { hashId } from '../../domain/id.ts'
import type { Actor } from '../../domain/user.ts'
import { writeAlone } from '../log/write-alone.ts'
import { type FillDeps, fillJob, letIn, welcome } from './fill-chat.ts'
import { chatFull, readGroup } from './group.ts'
import { findPeople } from './people.ts'
import { getChat, type ReadChatDeps } from './read-chat.ts'
import { mayChange } from './roles.ts'
import type { ChatView } from './view.ts'

export interface AddDeps extends FillDeps, ReadChatDeps {
  log: FillDeps['log']
  state: FillDeps['state']
  inbox: FillDeps['inbox']
  newId(): string
}

/**
 * Adds people and bots to a group; who is a member already stays as they are. `pending` of them are let in after the answer.
 * @throws ChatError `chat-not-found`, `user-not-found`, `forbidden`, `chat-full`, `chat-closed`, `busy`
 */
export async function addMembers(
  deps: AddDeps,
  actor: Actor,
  ask: { chatId: string; userIds: string[]; role?: Role | undefined },
): Promise<{ view: ChatView; pending: number }> {
  const { chatId, role = 'member' } = ask
  const userIds = [...new Set(ask.userIds)]
  await findPeople(deps, userIds)
  const id = deps.newId()
  let pending = 0
  const { entries } = await writeAlone(deps, {
    chatId,
    // Who will be first is not known before the members are: the batch is found by its job, or by its first person.
    key: `add:${id}:0`,
    async decide(tail) {
      const group = await readGroup(deps.log, chatId, actor)
      mayChange(group.me, undefined, role)
      const there = await membersAmong(deps, chatId, userIds)
      const newcomers = userIds.filter((userId) => !there.has(userId))
      if (newcomers.length === 0) return undefined
      const full = chatFull(group.memberCount + newcomers.length)
      if (full) throw full
      const [first, later] = [newcomers.slice(0, MEMBERS_AT_ONCE), newcomers.slice(MEMBERS_AT_ONCE)]
      pending = later.length
      const ours = { ...group, senderId: actor.userId, userIds: first, role, tail, key: `add:${id}` }
      const batch = await letIn(deps, ours)
      batch.entries[0]!.dedupeKey = `add:${id}:0`
      if (pending === 0) return batch
      const job = fillJob(deps, { chatId, senderId: actor.userId, jobId: hashId('j', chatId, id), role })
      return { ...batch, job: { kind: 'create', job, people: later } }
    },
  })
  const chat = await deps.log.readChat(chatId)
  if (chat) await welcome(deps, chat, entries)
  return { view: await getChat(deps, actor, chatId), pending }
}

const IDS_AT_ONCE = 200

async function membersAmong(deps: AddDeps, chatId: string, userIds: string[]): Promise<Set<string>> {
  const pieces = Array.from({ length: Math.ceil(userIds.length / IDS_AT_ONCE) }, (_, i) =>
    userIds.slice(i * IDS_AT_ONCE, (i + 1) * IDS_AT_ONCE),
  )
  const found = await fewAtATime(pieces, 5, (piece) => deps.log.membersAmong(chatId, piece))
  return new Set(found.flat().map(({ userId }) => userId))
}
