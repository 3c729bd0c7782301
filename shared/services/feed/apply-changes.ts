// The change feed's part: what a dead process left undone, and the prompts for the bots. Every step may run twice.
import type { Chat, Head, InboxItem } from '../../domain/chat.ts'
import type { MemberEntry, MessageEntry, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import { makeRuns } from '../bots/make-runs.ts'
import { type BotJob, promptsOf } from '../bots/prompts.ts'
import { endStale } from '../bots/summarise.ts'
import { endFor } from '../chats/close-chat.ts'
import { applyMemberEntry, ensureHead, type MembershipDeps } from '../chats/membership.ts'
import type { RemoveDeps } from '../media/remove-attachments.ts'
import { hideCleared } from '../messages/hide-cleared.ts'
import type { PersonalStore } from '../ports/personal.ts'
import type { Time } from '../ports/world.ts'
import { settleDirect } from '../users/blocks.ts'
import { applyRetouches, withoutSeen } from './apply-retouches.ts'

export interface FeedDeps extends MembershipDeps, RemoveDeps {
  log: MembershipDeps['log']
  logger: MembershipDeps['logger']
  time: Time
  personal: PersonalStore
}

/** Entries of a chat to look at again: delivery to check, or changes that could not be applied. */
export interface RepairJob {
  chatId: string
  from: number
  through: number
}

/** The inboxes of a chat's members are to note that something happened in it. */
export interface TouchJob {
  chatId: string
  activeAt: string
}

export interface FeedWork {
  botJobs: BotJob[]
  repairs: RepairJob[]
  touches: TouchJob[]
}

/** More people than fit the one batch that creates a chat. */
const MAX_FIRST_MEMBERS = 100
const TOUCH_MS = 60_000
/** So however large, a chat has at most fifty inbox items written a minute for what is said in it. */
const TOUCH_MS_PER_MEMBER = 1_200
/** In larger chats a job does it. */
const TOUCHED_HERE = 100
const MEMBERS_PER_PAGE = 500
const AT_ONCE = 10
/** The head is read with every chat list: it carries few senders. */
const SENDERS_IN_HEAD = 50
/** How long a writer usually needs from its commit to the head. */
const WRITER_MS = 50

/** Applies what entries of one chat, ascending, mean beyond the log. Returns the work that others are to do. */
export async function applyChanges(
  deps: FeedDeps,
  chatId: string,
  entries: StoredEntry[],
): Promise<FeedWork> {
  const chat = await deps.log.readChat(chatId)
  if (!chat) return { botJobs: [], repairs: [], touches: [] }
  const last = entries.at(-1)!
  const end = entries.find(({ type }) => type === 'closed')
  if (end) await endFor(deps, chatId, end)
  // What is cleared up to where stands in the chat: only forward, however old the entry is that comes by.
  if (chat.cleared && entries.some(({ type }) => type === 'clear'))
    await hideCleared(deps, chat, chat.cleared)
  const head = await settledHead(deps, chat, last.seq)
  let behind = head.seq + 1
  await fewAtATime(newestPerPerson(entries), AT_ONCE, async (entry) => {
    if (!(await isApplied(deps, chat, entry))) behind = Math.min(behind, entry.seq)
  })
  behind = Math.min(behind, ...(await applyRetouches(deps, head, entries)))
  if (chat.kind !== 'direct') await endStale(deps.state, chatId, entries)
  if (chat.kind === 'direct' && entries.some(isCreation)) await settleOpened(deps, chat, entries)
  const repairs = last.seq >= behind ? [{ chatId, from: behind, through: last.seq }] : []
  const messages = entries.filter((entry) => entry.type === 'message')
  const newest = messages.at(-1)
  const touches: TouchJob[] = []
  if (newest && !chat.closed) {
    await foldOwnReads(deps, head)
    touches.push(...(await touchInboxes(deps, head, newest)))
  }
  // What is over is answered no more, also when its texts come by once more as they are erased.
  const open = chat.closed ? [] : messages
  const prompts = await Promise.all(
    open.map((message) => promptsOf(deps.log, chat, message, deps.time.now())),
  )
  const fresh = await withoutSeen(deps.state, messages, prompts.flat())
  return { botJobs: await makeRuns(deps, fresh), repairs, touches }
}

/** What was changed of the same person before is past. */
function newestPerPerson(entries: StoredEntry[]): (StoredEntry & MemberEntry)[] {
  const members = entries.filter((entry): entry is StoredEntry & MemberEntry => entry.type === 'member')
  return [...new Map(members.map((entry) => [entry.userId, entry])).values()]
}

const isCreation = (entry: StoredEntry): boolean => entry.type === 'chat' && entry.change === 'created'

/** Somebody was blocked just when they opened the chat, and its creator's process died before it looked. */
async function settleOpened(deps: FeedDeps, chat: Chat, entries: StoredEntry[]): Promise<void> {
  // Usually the entries that made the chat come together, and name its two members.
  const named = entries.flatMap((entry) => (entry.type === 'member' ? [entry.userId] : []))
  const userIds =
    named.length === 2 ? named : (await deps.log.listMembers(chat.chatId)).map(({ userId }) => userId)
  const [one, other] = userIds
  if (one !== undefined && other !== undefined) await settleDirect(deps, one, other)
}

/** False when it is to be tried again. A push service that is away must not stop the feed, and the prompts with it. */
async function isApplied(deps: FeedDeps, chat: Chat, entry: MemberEntry): Promise<boolean> {
  try {
    await applyMemberEntry(deps, chat, entry)
    return true
  } catch (error) {
    if (error instanceof ChatError && error.code === 'busy') return false
    throw error
  }
}

/** The feed may be faster than the writer, whose publishing takes a moment: one more look spares a repair. */
async function settledHead(deps: FeedDeps, chat: Chat, last: number): Promise<Head> {
  const head = await deps.state.readHead(chat.chatId)
  if (!head) return restoreHead(deps, chat)
  if (head.seq >= last) return head
  await deps.time.sleep(WRITER_MS)
  return (await deps.state.readHead(chat.chatId)) ?? head
}

/** The process that created the chat died before it made the head, which stands at the last creation entry. */
async function restoreHead(deps: FeedDeps, chat: Chat): Promise<Head> {
  const first = await deps.log.readFrom(chat.chatId, 2, MAX_FIRST_MEMBERS)
  const made = first.filter(({ type, dedupeKey }) => type === 'member' && dedupeKey.startsWith('created:'))
  return ensureHead(deps, chat, made.length)
}

/** Sending reads. The head carries that until it carries too many: then the senders' receipts do. */
async function foldOwnReads(deps: FeedDeps, { chatId, sent }: Head): Promise<void> {
  const senders = Object.entries(sent)
  if (senders.length <= SENDERS_IN_HEAD) return
  await Promise.all(senders.map(([userId, mark]) => deps.state.moveReceipt(chatId, userId, 'read', mark)))
  await deps.state.pruneSent(chatId, sent)
}

/**
 * Keeps "newest activity first" true to the minute, in large chats to as many seconds as they have members: one message
 * must not cost a write per member. Within a page the head's own time decides. An old message that was changed is as old as
 * before.
 */
async function touchInboxes(
  deps: FeedDeps,
  { chatId, memberCount }: Head,
  newest: MessageEntry,
): Promise<TouchJob[]> {
  // A bot has no inbox, and a sender may have left: an owner's tells as well.
  const activeAt = newest.createdAt
  const own = (await deps.inbox.read(newest.senderId, chatId)) ?? (await ownersItem(deps, chatId))
  const period = Math.max(TOUCH_MS, memberCount * TOUCH_MS_PER_MEMBER)
  if (own && Date.parse(activeAt) - Date.parse(own.activeAt) < period) return []
  if (!own && memberCount > TOUCHED_HERE) return []
  if (memberCount <= TOUCHED_HERE) {
    await touchMembers(deps, { chatId, activeAt })
    return []
  }
  if (own) await deps.inbox.touch(own.userId, chatId, activeAt)
  return [{ chatId, activeAt }]
}

async function ownersItem({ log, inbox }: FeedDeps, chatId: string): Promise<InboxItem | undefined> {
  const [owner] = await log.listOwners(chatId, 1)
  return owner && inbox.read(owner.userId, chatId)
}

/** Notes in every member's inbox that the chat was active. */
export async function touchMembers(
  { log, inbox }: Pick<FeedDeps, 'log' | 'inbox'>,
  { chatId, activeAt }: TouchJob,
): Promise<void> {
  let after = ''
  for (;;) {
    const members = await log.listMembers(chatId, { after, limit: MEMBERS_PER_PAGE })
    await fewAtATime(members, AT_ONCE, ({ userId }) => inbox.touch(userId, chatId, activeAt))
    if (members.length < MEMBERS_PER_PAGE) return
    after = members.at(-1)!.userId
  }
}

/** Entries by chat, each ascending: the feed is ordered within a chat and nowhere else. */
export function byChat(entries: StoredEntry[]): Map<string, StoredEntry[]> {
  const chats = new Map<string, StoredEntry[]>()
  for (const entry of entries) {
    const known = chats.get(entry.chatId)
    if (known) known.push(entry)
    else chats.set(entry.chatId, [entry])
  }
  for (const group of chats.values()) group.sort((a, b) => a.seq - b.seq)
  return chats
}
