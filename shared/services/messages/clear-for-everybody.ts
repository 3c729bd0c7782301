// Everybody's history, gone. The entry `clear` and, in its batch, what the chat remembers of it and the job that erases the
// texts. The head hides them at once; erasing takes its time.
import { type Chat, type Member, START } from '../../domain/chat.ts'
import type { ChatJob } from '../../domain/chat-job.ts'
import type { Position, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { notFound } from '../chats/group.ts'
import { readMembership } from '../chats/read-chat.ts'
import { type AloneDeps, type AloneWrite, writeAlone } from '../log/write-alone.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'
import { type Clearing, positionAt } from './clear-for-me.ts'
import { hideCleared } from './hide-cleared.ts'

export interface ClearDeps extends AloneDeps {
  log: LogStore
  state: StateStore
  inbox: InboxStore
  jobLeaseMs: number
  newId(): string
}

/**
 * Takes what was said so far from everybody. From the answer on nobody reads it. Undefined when nothing was said there
 * since the last time: then nothing is written.
 * @throws ChatError `chat-not-found`, `forbidden` for all but a group's owners and admins and the owner of a chat with a
 * bot, `invalid-request` for a seq that is not in the log, `chat-closed`, `busy`, `unavailable`
 */
export async function clearForEverybody(
  deps: ClearDeps,
  actor: Actor,
  { chatId, through }: Clearing,
): Promise<StoredEntry | undefined> {
  await readMembership(deps.inbox, actor, chatId)
  const until = through === undefined ? undefined : await positionAt(deps.log, chatId, through)
  const key = `clear:${deps.newId()}`
  await writeAlone(deps, {
    chatId,
    key,
    async decide(tail) {
      const [found, me] = await Promise.all([
        deps.log.findChat(chatId),
        deps.log.readMember(chatId, actor.userId),
      ])
      if (!found || !me) throw notFound(chatId)
      mayClear(found.chat, me)
      return planClear(deps, actor, found, { to: until ?? tail, key })
    },
  })
  // What the chat says, whoever wrote it: a request that is repeated does what the first one may have left undone.
  const [chat, [entry]] = await Promise.all([deps.log.readChat(chatId), deps.log.findByKeys(chatId, [key])])
  if (chat?.cleared) await hideCleared(deps, chat, chat.cleared)
  return entry
}

/**
 * In a direct chat each side clears for itself: what one wrote is not the other's to destroy.
 * @throws ChatError `forbidden`
 */
function mayClear({ kind }: Chat, { role }: Member): void {
  if (kind === 'direct')
    throw new ChatError('forbidden', 'In a direct chat one clears for oneself, and deletes what one wrote.')
  if (role === 'owner' || (kind === 'group' && role === 'admin')) return
  throw new ChatError('forbidden', `As ${role} you may not do this.`)
}

function planClear(
  deps: ClearDeps,
  { userId: senderId }: Actor,
  { chat, etag }: { chat: Chat; etag: string },
  { to, key }: { to: Position; key: string },
): AloneWrite | undefined {
  const { chatId, cleared = START } = chat
  const { seq, n } = to
  if (n <= cleared.n) return undefined
  const job: ChatJob = {
    ...{ chatId, jobId: `clear-${seq}`, task: 'clear', senderId, role: 'reader', without: [] },
    ...{ done: cleared.seq, through: seq, fresh: true, dueAt: deps.time.now() + deps.jobLeaseMs },
  }
  return {
    entries: [{ type: 'clear', senderId, through: seq, throughN: n, dedupeKey: key }],
    chatUpdate: { chat: { ...chat, cleared: { seq, n } }, etag },
    job: { kind: 'create', job, people: [] },
    writers: [senderId],
  }
}
