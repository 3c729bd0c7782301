// Letting a list of people into a group, a batch of thirty at a time. How far it is stands in the job, which moves on in
// the very batch: nobody is let in twice, and whoever goes on after a crash begins where it stopped.
import { type Chat, MAX_MEMBERS, MEMBERS_AT_ONCE } from '../../domain/chat.ts'
import type { ChatJob } from '../../domain/chat-job.ts'
import type { MemberEntry, NewEntry, Role, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import { type AloneDeps, writeAlone } from '../log/write-alone.ts'
import type { LogBatch } from '../ports/log.ts'
import { countMembers } from './group.ts'
import { admit, itemBase, type MembershipDeps } from './membership.ts'
import type { PeopleDeps } from './people.ts'
import { emptyHead, viewChat } from './view.ts'

export interface FillDeps extends MembershipDeps, AloneDeps, PeopleDeps {
  log: MembershipDeps['log']
  time: AloneDeps['time']
  /** For how long whoever works on a job is believed to be at it, milliseconds. */
  jobLeaseMs: number
}

export interface Newcomers {
  chat: Chat
  etag: string
  senderId: string
  userIds: string[]
  role: Role
  /** Where the log stands. */
  tail: { seq: number; n: number }
  /** The entries' keys: this and the person's id. */
  key: string
}

/** The batch that lets these people in, who must not be members yet. */
export async function letIn(
  deps: FillDeps,
  { chat, etag, senderId, userIds, role, tail, key }: Newcomers,
): Promise<Pick<LogBatch, 'members' | 'chatUpdate'> & { entries: NewEntry[] }> {
  const { chatId } = chat
  const before = await countMembers(deps.log, chat)
  const isBot = (userId: string): boolean => deps.bots.some(({ botId }) => botId === userId)
  const joined = { seq: tail.seq, n: tail.n }
  const people = userIds.map((userId) => ({ userId, role: isBot(userId) ? ('member' as const) : role }))
  const bots = [...chat.bots, ...userIds.filter(isBot)]
  return {
    entries: people.map(
      (person, i): NewEntry => ({
        ...{ type: 'member', change: 'added', senderId, ...person, joined },
        memberCount: before + i + 1,
        dedupeKey: `${key}:${person.userId}`,
      }),
    ),
    members: people.map((person) => ({ kind: 'create', member: { chatId, joined, ...person } })),
    chatUpdate: { chat: { ...chat, bots, memberCount: before + people.length }, etag },
  }
}

const TELL_AT_ONCE = 10

/** Brings inboxes and sockets up to these entries and tells the people. What fails, the feed makes good. */
export async function welcome(deps: FillDeps, chat: Chat, entries: StoredEntry[]): Promise<void> {
  const added = entries.filter(
    (entry): entry is StoredEntry & MemberEntry =>
      entry.type === 'member' && !chat.bots.includes(entry.userId),
  )
  const head = await deps.state.readHead(chat.chatId)
  await fewAtATime(added, TELL_AT_ONCE, async ({ userId, seq, role = 'member', joined, createdAt }) => {
    const item = {
      ...itemBase(chat, userId, seq),
      ...{ role, joined, peer: null, activeAt: createdAt, removed: false },
    }
    await deps.inbox.apply(item)
    await admit(deps, viewChat(item, head ?? emptyHead(item), undefined))
  })
}

/** A job that lets a list of people in. */
export const fillJob = (
  { time, jobLeaseMs }: Pick<FillDeps, 'time' | 'jobLeaseMs'>,
  { chatId, senderId, jobId, role }: Pick<ChatJob, 'chatId' | 'senderId' | 'jobId' | 'role'>,
): ChatJob => ({
  ...{ chatId, jobId, task: 'fill', senderId, role, done: 0, without: [] },
  fresh: true,
  dueAt: time.now() + jobLeaseMs,
})

/** Lets the next people of the list in, or ends the job. Whoever loses the race for a piece leaves it to the winner. */
export async function fillNext(deps: FillDeps, job: ChatJob, people: string[]): Promise<void> {
  const { chatId, jobId, senderId, role } = job
  const piece = people.slice(job.done, job.done + MEMBERS_AT_ONCE)
  if (piece.length === 0) return endJob(deps, job)
  let chat: Chat | undefined
  const decide = async (tail: Newcomers['tail']) => {
    const [found, now, there] = await Promise.all([
      deps.log.findChat(chatId),
      deps.log.readJob(chatId, jobId),
      deps.log.membersAmong(chatId, piece),
    ])
    if (!found || !now || now.job.done !== job.done) return undefined
    chat = found.chat
    const known = new Set([...there.map(({ userId }) => userId), ...now.job.without])
    const room = MAX_MEMBERS - (await countMembers(deps.log, chat))
    const userIds = piece.filter((userId) => !known.has(userId)).slice(0, Math.max(0, room))
    const next = { ...now.job, fresh: false, done: job.done + piece.length }
    const moved = {
      kind: 'move' as const,
      job: { ...next, dueAt: deps.time.now() + deps.jobLeaseMs },
      etag: now.etag,
    }
    if (userIds.length === 0) {
      await deps.log.commit(chatId, { entries: [], writers: [], job: moved })
      return undefined
    }
    const batch = await letIn(deps, { ...found, senderId, userIds, role, tail, key: `fill:${jobId}` })
    return { ...batch, job: moved }
  }
  try {
    const key = `fill:${jobId}:${piece[0]}`
    const { entries } = await writeAlone(deps, { chatId, key, decide })
    if (chat) await welcome(deps, chat, entries)
  } catch (error) {
    if (error instanceof ChatError && error.code === 'chat-closed') return endJob(deps, job)
    throw error
  }
}

/** Nothing is left to do; somebody else may have said so. */
export async function endJob(deps: Pick<FillDeps, 'log'>, job: ChatJob): Promise<void> {
  await deps.log.commit(job.chatId, { entries: [], writers: [], job: { kind: 'end', job } })
}
