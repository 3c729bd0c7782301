// The end of a chat. An entry `closed` after which nothing can follow, and in its batch the job that does the rest. The
// head says at once that the chat is over, so nobody reads it any more; inboxes, sockets and texts follow in pieces.
import { chatGroup, type InboxItem, MEMBERS_AT_ONCE, START } from '../../domain/chat.ts'
import type { ChatJob } from '../../domain/chat-job.ts'
import type { Position, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import type { Actor } from '../../domain/user.ts'
import { END_KEY } from '../log/settle.ts'
import { type AloneDeps, writeAlone } from '../log/write-alone.ts'
import { type EraseHistoryDeps, eraseNext } from '../messages/erase-history.ts'
import type { MemberChange } from '../ports/log.ts'
import { endJob } from './fill-chat.ts'
import { notFound } from './group.ts'
import { ensureHead, itemBase, type MembershipDeps } from './membership.ts'

export interface CloseDeps extends MembershipDeps, AloneDeps, EraseHistoryDeps {
  log: MembershipDeps['log']
  state: MembershipDeps['state']
  time: AloneDeps['time']
  logger: MembershipDeps['logger']
  jobLeaseMs: number
  chatRemoved(chatId: string): unknown
}

const AT_ONCE = 10

/**
 * Ends a group, or a chat with a bot, for everybody. From the answer on nobody reads or writes in it.
 * @throws ChatError `chat-not-found`, `forbidden` for all but the owners, `busy`, `unavailable`
 */
export async function closeChat(deps: CloseDeps, actor: Actor, chatId: string): Promise<void> {
  const { entries } = await writeAlone(deps, {
    chatId,
    key: END_KEY,
    async decide() {
      const [found, me] = await Promise.all([
        deps.log.findChat(chatId),
        deps.log.readMember(chatId, actor.userId),
      ])
      if (!found || !me) throw notFound(chatId)
      if (me.role !== 'owner') throw new ChatError('forbidden', 'Only an owner ends a chat.')
      const job: ChatJob = {
        ...{
          chatId,
          jobId: END_KEY,
          task: 'close',
          senderId: actor.userId,
          role: 'reader',
          done: 0,
          without: [],
        },
        ...{ fresh: true, dueAt: deps.time.now() + deps.jobLeaseMs },
      }
      return {
        entries: [{ type: 'closed', senderId: actor.userId, dedupeKey: END_KEY }],
        chatUpdate: { chat: { ...found.chat, closed: true }, etag: found.etag },
        job: { kind: 'create', job, people: [] },
      }
    },
  })
  await endFor(deps, chatId, entries[0]!)
  const others = await deps.log.listMembers(chatId, { limit: MEMBERS_AT_ONCE })
  const userIds = new Set([actor.userId, ...others.map(({ userId }) => userId)])
  await showOut(deps, chatId, entries[0]!, [...userIds])
}

/** From here on nobody reads. @throws ChatError `busy`, `unavailable`: the feed, or the same request, does it again */
export async function endFor(
  deps: Pick<CloseDeps, 'log' | 'state'>,
  chatId: string,
  { seq, n }: Position,
): Promise<void> {
  const [chat, head] = await Promise.all([deps.log.readChat(chatId), deps.state.readHead(chatId)])
  if (!chat || head?.closed) return
  if (!head) await ensureHead(deps, chat, 1)
  await deps.state.closeHead(chatId, { seq, n })
}

/** Takes the chat from these people. What fails of the pushes their next `sync` mends. */
async function showOut(
  deps: CloseDeps,
  chatId: string,
  closed: StoredEntry,
  userIds: string[],
): Promise<void> {
  const chat = await deps.log.readChat(chatId)
  if (!chat) return
  const people = userIds.filter((userId) => !chat.bots.includes(userId))
  await fewAtATime(people, AT_ONCE, async (userId) => {
    const item: InboxItem = {
      ...itemBase(chat, userId, closed.seq),
      ...{ role: 'reader', joined: START, peer: null, removed: true },
    }
    await deps.inbox.apply(item)
    try {
      await deps.push.removeUserFromGroup(userId, chatGroup(chatId))
      await deps.push.toUser(userId, deps.chatRemoved(chatId))
    } catch (error) {
      deps.logger('warn', 'closed.push.failed', { userId, chatId, error: String(error) })
    }
  })
}

/** The next piece: thirty people, then ninety entries, until nobody and nothing is left. */
export async function closeNext(
  deps: CloseDeps,
  { job, etag }: { job: ChatJob; etag: string },
): Promise<void> {
  const { chatId } = job
  const [closed] = await deps.log.findByKeys(chatId, [END_KEY])
  if (!closed) return endJob(deps, job)
  const next = { ...job, fresh: false, dueAt: deps.time.now() + deps.jobLeaseMs }
  const members = await deps.log.listMembers(chatId, { limit: MEMBERS_AT_ONCE })
  if (members.length > 0) {
    await endFor(deps, chatId, closed)
    await showOut(
      deps,
      chatId,
      closed,
      members.map(({ userId }) => userId),
    )
    const gone = members.map((member): MemberChange => ({ kind: 'remove', member }))
    const moved = { kind: 'move' as const, job: next, etag }
    await deps.log.commit(chatId, { entries: [], writers: [], members: gone, job: moved })
    return
  }
  if (await eraseNext(deps, { job, etag })) return
  await deps.state.purge(chatId)
  await endJob(deps, job)
}
