// The change feed's part: what a dead process left undone, and the prompts for the bots. Every step may run twice.
import type { Chat, Head } from '../../domain/chat.ts'
import type { MemberEntry, MessageEntry, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { applyMemberEntry, ensureHead, type MembershipDeps } from '../chats/membership.ts'
import type { RemoveDeps } from '../media/remove-attachments.ts'
import type { PersonalStore, Time } from '../ports.ts'
import { settleDirect } from '../users/blocks.ts'
import { applyRetouches, withoutSeen } from './apply-retouches.ts'

export interface FeedDeps extends MembershipDeps, RemoveDeps {
  log: MembershipDeps['log']
  logger: MembershipDeps['logger']
  time: Time
  personal: PersonalStore
}

export interface BotJob {
  chatId: string
  seq: number
  botId: string
}

/** Entries of a chat to look at again: delivery to check, or changes that could not be applied. */
export interface RepairJob {
  chatId: string
  from: number
  through: number
}

export interface FeedWork {
  botJobs: BotJob[]
  repairs: RepairJob[]
}

const PROMPT_MAX_AGE_MS = 24 * 3600_000
/** More people than fit the one batch that creates a chat. */
const MAX_FIRST_MEMBERS = 100
const TOUCH_MS = 60_000
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
  if (!chat) return { botJobs: [], repairs: [] }
  const last = entries.at(-1)!
  const head = await settledHead(deps, chat, last.seq)
  let behind = head.seq + 1
  for (const entry of entries) {
    if (entry.type === 'member' && !(await isApplied(deps, chat, entry))) behind = Math.min(behind, entry.seq)
  }
  behind = Math.min(behind, ...(await applyRetouches(deps, head, entries)))
  if (chat.kind === 'direct' && entries.some(isCreation)) await settleOpened(deps, chat)
  const repairs = last.seq >= behind ? [{ chatId, from: behind, through: last.seq }] : []
  const messages = entries.filter((entry) => entry.type === 'message')
  const newest = messages.at(-1)
  if (newest) {
    await foldOwnReads(deps, head)
    await touchInboxes(deps, chat, head, newest)
  }
  const prompts = messages.flatMap((message) => promptsOf(chat, message, deps.time.now()))
  return { botJobs: await withoutSeen(deps.state, messages, prompts), repairs }
}

const isCreation = (entry: StoredEntry): boolean => entry.type === 'chat' && entry.change === 'created'

/** Somebody was blocked just when they opened the chat, and its creator's process died before it looked. */
async function settleOpened(deps: FeedDeps, chat: Chat): Promise<void> {
  const [one, other] = await deps.log.listMembers(chat.chatId)
  if (one && other) await settleDirect(deps, one.userId, other.userId)
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
 * Keeps "newest activity first" true to the minute; within a page the head's own time decides. An old message that was
 * changed is as old as before.
 */
async function touchInboxes(deps: FeedDeps, chat: Chat, head: Head, newest: MessageEntry): Promise<void> {
  // A bot has no inbox: its last prompter's, the creator's, tells as well.
  const senderId = chat.bots.includes(newest.senderId) ? chat.createdBy : newest.senderId
  const own = await deps.inbox.read(senderId, head.chatId)
  if (own && Date.parse(newest.createdAt) - Date.parse(own.activeAt) < TOUCH_MS) return
  const members = await deps.log.listMembers(head.chatId)
  await Promise.all(members.map(({ userId }) => deps.inbox.touch(userId, head.chatId, newest.createdAt)))
}

/** Which bots should answer this message. */
function promptsOf(chat: Chat, message: StoredEntry & MessageEntry, now: number): BotJob[] {
  if (chat.kind !== 'bot' || chat.bots.includes(message.senderId) || message.run) return []
  if (!message.content) return []
  if (now - Date.parse(message.createdAt) > PROMPT_MAX_AGE_MS) return []
  return chat.bots.map((botId) => ({ chatId: chat.chatId, seq: message.seq, botId }))
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
