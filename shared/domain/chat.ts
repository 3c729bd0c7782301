// Chats, their members, and the documents that hang off them.
import type { BotSettings } from './bot.ts'
import type { Position, Role } from './entry.ts'
import { folded } from './user.ts'

export type ChatKind = 'direct' | 'group' | 'bot'

export interface Chat {
  chatId: string
  kind: ChatKind
  name: string | null
  visibility: 'private' | 'public'
  createdBy: string
  createdAt: string
  /** Bots that are members. */
  bots: string[]
  /** What the chat wants of them otherwise, by bot. */
  botSettings?: Record<string, BotSettings> | undefined
  /** How many are in it, bots included. */
  memberCount?: number | undefined
  /** Up to where everybody's history is gone. The head says it too, in a moment. */
  cleared?: Position | undefined
  /** It has ended: it is listed nowhere, and what was said in it goes. */
  closed?: true | undefined
  /** A digest of the request that made the chat, to tell a repeated one from another under the same id. */
  request?: string | undefined
}

export interface Member {
  chatId: string
  userId: string
  role: Role
  /** Where the log stood when the person came. */
  joined: Position
}

/** How far a chat has been published, and what a chat list shows of it. */
export interface Head extends Position {
  chatId: string
  /** When the newest entry was made, ISO 8601. */
  at: string
  preview: string
  /** The message that the preview is of, 0 for none. */
  previewSeq: number
  senderId: string
  kind: ChatKind
  name: string | null
  /** Absent for `private`. */
  visibility?: Chat['visibility'] | undefined
  memberCount: number
  /** What everybody's history was cleared up to. */
  cleared?: Position | undefined
  /** The chat has ended: it exists for nobody any more, whatever their inboxes still say. */
  closed?: boolean | undefined
  /** Newest own message per sender: sending reads, and the feed folds it into the sender's receipt later. */
  sent: Record<string, Position & { at: string }>
}

/** One chat of one user. */
export interface InboxItem {
  userId: string
  chatId: string
  kind: ChatKind
  /** The other side of a direct or bot chat. */
  peer: { userId: string; name: string } | null
  role: Role
  joined: Position
  cleared: Position
  activeAt: string
  muted: boolean
  pinned: boolean
  /** Messages that name this user, newest last, as many as are kept. */
  mentions?: number[] | undefined
  /** The user put the chat away when the log stood here; what is said later brings it back. */
  hiddenAt?: number | undefined
  /** When the user last changed what is their own here, epoch seconds: news to their other devices. */
  changedAt?: number | undefined
  /** The membership entry this item reflects; a newer one wins. */
  memberSeq: number
  removed: boolean
}

/** What a user changes in their own item. */
export interface InboxChange {
  muted?: boolean | undefined
  pinned?: boolean | undefined
  cleared?: Position | undefined
  /** `null` brings a hidden chat back. */
  hiddenAt?: number | null | undefined
  changedAt: number
}

export interface Receipt {
  chatId: string
  userId: string
  delivered: Watermark
  read: Watermark
}

export interface Watermark extends Position {
  at: string | null
}

export const START: Position = { seq: 0, n: 0 }

const UNSEEN: Watermark = { seq: 0, n: 0, at: null }

/** How far the user has come. Sending reads: one's own newest message counts, also before it is in the receipt. */
export function currentReceipt(head: Head, userId: string, stored: Receipt | undefined): Receipt {
  const receipt = stored ?? { chatId: head.chatId, userId, delivered: UNSEEN, read: UNSEEN }
  const sent = head.sent[userId]
  if (!sent || sent.seq <= receipt.read.seq) return receipt
  return { ...receipt, read: sent, delivered: sent.seq > receipt.delivered.seq ? sent : receipt.delivered }
}

/** The receipts of everybody who has read or sent. */
export function currentReceipts(head: Head, stored: Receipt[]): Receipt[] {
  const known = new Set(stored.map(({ userId }) => userId))
  const silent = Object.keys(head.sent).filter((userId) => !known.has(userId))
  return [
    ...stored.map((receipt) => currentReceipt(head, receipt.userId, receipt)),
    ...silent.map((userId) => currentReceipt(head, userId, undefined)),
  ]
}

/** Messages the user has not seen: arithmetic on `n`, never a count over the log. */
export function unread(head: Head, item: Pick<InboxItem, 'joined' | 'cleared'>, read: Position): number {
  return Math.max(0, head.n - Math.max(read.n, item.joined.n, item.cleared.n, head.cleared?.n ?? 0))
}

/** The item with the change made; `cleared` moves only forward. */
export function changedItem(item: InboxItem, { hiddenAt, cleared, ...rest }: InboxChange): InboxItem {
  const { hiddenAt: hidden, ...kept } = item
  const hide = hiddenAt === null ? undefined : (hiddenAt ?? hidden)
  return {
    ...kept,
    muted: rest.muted ?? item.muted,
    pinned: rest.pinned ?? item.pinned,
    cleared: cleared && cleared.seq > item.cleared.seq ? cleared : item.cleared,
    changedAt: rest.changedAt,
    ...(hide !== undefined && { hiddenAt: hide }),
  }
}

/** How many of the newest messages that name somebody are remembered for them. */
export const MENTIONS_KEPT = 100

/** Messages that name the user and that the user has not seen, of those remembered. */
export const unreadMentions = (
  head: Head,
  item: Pick<InboxItem, 'joined' | 'cleared' | 'mentions'>,
  read: Position,
): number => {
  const seen = Math.max(read.seq, visibleFrom(item, head) - 1)
  return (item.mentions ?? []).filter((seq) => seq > seen).length
}

/** The mentions remembered after the message `seq` names the user, or no longer does; undefined when nothing changes. */
export function withMention(mentions: number[] = [], seq: number, on: boolean): number[] | undefined {
  if (mentions.includes(seq) === on) return undefined
  if (!on) return mentions.filter((known) => known !== seq)
  const kept = [...mentions, seq].sort((a, b) => a - b).slice(-MENTIONS_KEPT)
  return kept.includes(seq) ? kept : undefined
}

/** What a member's history was cleared up to, by themselves or for everybody; 0 for never. */
export const clearedSeq = (
  item: Pick<InboxItem, 'cleared'>,
  head: Pick<Head, 'cleared'> | undefined,
): number => Math.max(item.cleared.seq, head?.cleared?.seq ?? 0)

/** The first seq a member may see. */
export const visibleFrom = (
  item: Pick<InboxItem, 'joined' | 'cleared'>,
  head: Pick<Head, 'cleared'> | undefined,
): number => Math.max(item.joined.seq, clearedSeq(item, head)) + 1

/** Where a public group stands among all others by name; undefined for what is not to be found. */
export const publicPlace = ({ chatId, name, kind, visibility, closed }: Chat): string | undefined =>
  kind === 'group' && visibility === 'public' && !closed && name !== null
    ? `${folded(name)}\u0000${chatId}`
    : undefined

/** Whether the user's list leaves the chat out: they put it away, and nothing was said since. */
export const isHidden = (item: Pick<InboxItem, 'hiddenAt'>, head: Pick<Head, 'previewSeq'>): boolean =>
  item.hiddenAt !== undefined && head.previewSeq <= item.hiddenAt

/** As many as a chat may have. */
export const MAX_MEMBERS = 5_000

/** As many come or go in one batch; the rest of a longer list in a job. */
export const MEMBERS_AT_ONCE = 30

/** Larger chats show receipts on demand only: every reader would tell every other. */
export const RECEIPTS_UP_TO = 50

/** The Web PubSub group that carries a chat. */
export const chatGroup = (chatId: string): string => `chat.${chatId}`

/** The Web PubSub group of the administrators' sockets. */
export const ADMINS_GROUP = 'admins'

/** The Web PubSub group of all sockets of one session. */
export const sessionGroup = (sessionId: string): string => `session.${sessionId}`

/** The groups a socket has from its sign-in, beside those of its chats. */
export const ownGroups = (sessionId: string, role: 'user' | 'admin'): string[] =>
  role === 'admin' ? [sessionGroup(sessionId), ADMINS_GROUP] : [sessionGroup(sessionId)]
