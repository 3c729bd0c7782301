// A chat as one member sees it.
import type { Bot, BotSettings } from '../../domain/bot.ts'
import {
  currentReceipt,
  type Head,
  type InboxItem,
  type Receipt,
  START,
  unread,
  unreadMentions,
  visibleFrom,
} from '../../domain/chat.ts'

export interface ChatView {
  item: InboxItem
  head: Head
  receipt: Receipt
  unread: number
  unreadMentions: number
  members?: string[] | undefined
  /** With what the chat wants of it, where that was read. */
  bot?: (Pick<Bot, 'botId' | 'displayName'> & { settings?: BotSettings | undefined }) | undefined
}

export function viewChat(item: InboxItem, head: Head, receipt: Receipt | undefined): ChatView {
  const current = currentReceipt(head, item.userId, receipt)
  const bot =
    item.kind === 'bot' && item.peer ? { botId: item.peer.userId, displayName: item.peer.name } : undefined
  return {
    item,
    // What was said before the member's time is no more shown here than anywhere else.
    head: head.previewSeq < visibleFrom(item, head) ? { ...head, preview: '' } : head,
    receipt: current,
    unread: unread(head, item, current.read),
    unreadMentions: unreadMentions(head, item, current.read),
    bot,
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
  previewSeq: 0,
  senderId: item.userId,
  sent: {},
  ...START,
})
