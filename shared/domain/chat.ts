// Chats, their members, and the documents that hang off them.
import type { Position, Role } from './entry.ts'

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
  senderId: string
  kind: ChatKind
  name: string | null
  memberCount: number
  /** Newest own message per sender: sending reads, and the feed folds it into the sender's receipt later. */
  sent: Record<string, Position>
}

/** One chat of one user. */
export interface InboxItem {
  userId: string
  chatId: string
  kind: ChatKind
  /** The name this user sees where it is not the chat's own: the other person of a direct chat. */
  peer: { userId: string; name: string } | null
  role: Role
  joined: Position
  cleared: Position
  activeAt: string
  muted: boolean
  pinned: boolean
  /** The membership entry this item reflects; a newer one wins. */
  memberSeq: number
  removed: boolean
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

/** What the user has read. Sending reads: one's own newest message counts. */
export function readMark(head: Head, userId: string, receipt: Receipt | undefined): Position {
  const read = receipt?.read ?? START
  const sent = head.sent[userId] ?? START
  return sent.n > read.n ? sent : read
}

/** Messages the user has not seen: arithmetic on `n`, never a count over the log. */
export function unread(head: Head, item: Pick<InboxItem, 'joined' | 'cleared'>, read: Position): number {
  return Math.max(0, head.n - Math.max(read.n, item.joined.n, item.cleared.n))
}

/** The first seq a member may see. */
export const visibleFrom = (item: Pick<InboxItem, 'joined' | 'cleared'>): number =>
  Math.max(item.joined.seq, item.cleared.seq) + 1

/** The Web PubSub group that carries a chat. */
export const chatGroup = (chatId: string): string => `chat.${chatId}`

/** The Web PubSub group of all sockets of one session. */
export const sessionGroup = (sessionId: string): string => `session.${sessionId}`
