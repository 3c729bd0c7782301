// A chat as one member sees it.
import type { Bot } from '../../domain/bot.ts'
import { type Head, type InboxItem, type Receipt, readMark, START, unread } from '../../domain/chat.ts'

export interface ChatView {
  item: InboxItem
  head: Head
  receipt: Receipt
  unread: number
  members?: string[] | undefined
  bot?: Pick<Bot, 'botId' | 'displayName'> | undefined
}

export function viewChat(item: InboxItem, head: Head, receipt: Receipt | undefined): ChatView {
  const read = readMark(head, item.userId, receipt)
  const seen = { ...read, at: receipt?.read.at ?? null }
  const delivered = receipt && receipt.delivered.seq > seen.seq ? receipt.delivered : seen
  return {
    item,
    head,
    receipt: { chatId: item.chatId, userId: item.userId, delivered, read: seen },
    unread: unread(head, item, read),
  }
}

/** The head of a chat whose creation has not got that far: nothing was said in it yet. */
export const emptyHead = (item: InboxItem): Head => ({
  chatId: item.chatId,
  kind: item.kind,
  name: null,
  memberCount: 1,
  at: item.activeAt,
  preview: '',
  senderId: item.userId,
  sent: {},
  ...START,
})
