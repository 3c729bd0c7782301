// From the wire back to what the store holds, with all it keeps to itself: what a renderer makes of that must be the wire.
import type { Run } from '../../shared/domain/bot.ts'
import type { Head, InboxItem, Receipt } from '../../shared/domain/chat.ts'
import type { StoredEntry } from '../../shared/domain/entry.ts'
import type { renderMember, renderReceipt, renderRun } from '../../shared/protocol/render.ts'
import type { renderAttachment } from '../../shared/protocol/render-attachment.ts'
import type { renderChat } from '../../shared/protocol/render-chat.ts'
import type { ChatView } from '../../shared/services/chats/view.ts'
import type { MediaMessage } from '../../shared/services/media/read-attachments.ts'

/** Fields of the store, and one that a later version might add: none of them may be shown. */
const PRIVATE = { id: 'x', _etag: '"1"', _ts: 1, _rid: 'r', dedupeKey: 'k', by: 'p1', secret: 'hunter2' }
const START = { seq: 0, n: 0 }

type WireAttachment = ReturnType<typeof renderAttachment>
type WireReceipt = ReturnType<typeof renderReceipt>
type WireChat = ReturnType<typeof renderChat>

export const storedEntry = (wire: object): StoredEntry =>
  ({ ...wire, ...PRIVATE, joined: START, memberCount: 2, dropped: ['eve'] }) as unknown as StoredEntry

/** The message that brought an attachment. */
export function mediaMessage({ seq, senderId, createdAt, ...content }: WireAttachment): MediaMessage {
  const entry = { ...PRIVATE, chatId: 'c1', seq, n: 99, type: 'message', senderId, createdAt } as const
  return { ...entry, content: { ...PRIVATE, ...content } }
}

export const storedReceipt = ({ userId, delivered, read }: WireReceipt, chatId: string): Receipt => ({
  ...PRIVATE,
  chatId,
  userId,
  delivered: { ...delivered, n: 99 },
  read: { ...read, n: 99 },
})

export const storedMember = ({ userId, role, joinedSeq }: ReturnType<typeof renderMember>) => ({
  ...PRIVATE,
  chatId: 'c1',
  userId,
  role,
  joined: { seq: joinedSeq, n: 99 },
})

export const storedRun = ({ index: _, ...wire }: ReturnType<typeof renderRun>): Run => ({
  ...PRIVATE,
  ...wire,
  chatId: 'c1',
  fence: 7,
  leaseUntil: 99,
  createdAt: '2026-03-01T10:00:00.000Z',
})

/** `viewer` is whose chat it is. */
export function chatView(wire: WireChat, viewer: string): ChatView {
  const {
    chatId,
    kind,
    name,
    role,
    muted,
    pinned,
    unread,
    unreadMentions,
    members,
    bot,
    clearedSeq = 0,
  } = wire
  const direct = kind === 'direct'
  const item: InboxItem = {
    ...PRIVATE,
    userId: viewer,
    chatId,
    kind,
    peer: direct ? { userId: 'bob', name: name! } : null,
    role,
    joined: START,
    cleared: { seq: clearedSeq, n: 0 },
    activeAt: '2026-03-01T10:00:00.000Z',
    muted,
    pinned,
    memberSeq: 3,
    removed: false,
  }
  const head: Head = {
    ...PRIVATE,
    chatId,
    kind,
    name: direct ? null : name,
    memberCount: wire.memberCount ?? 2,
    ...(wire.visibility && { visibility: wire.visibility }),
    previewSeq: 4,
    senderId: 'bob',
    sent: { bob: { seq: 4, n: 1, at: '2026-03-01T11:00:00.000Z' } },
    ...wire.head,
  }
  const receipt = storedReceipt({ userId: viewer, ...wire.receipt }, chatId)
  const shownBot = bot && { ...bot, systemPrompt: 'secret', provider: 'gemini', model: 'm' }
  return {
    item,
    head,
    receipt,
    unread,
    unreadMentions,
    ...(members && { members }),
    ...(shownBot && { bot: shownBot }),
  }
}
