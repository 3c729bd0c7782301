import type { Bot, BotSettings } from '../domain/bot.ts'
import { type Chat, clearedSeq, type Head, type InboxItem, type Receipt } from '../domain/chat.ts'
import { renderReceipt } from './render.ts'

interface ChatParts {
  item: InboxItem
  head: Head
  receipt: Receipt
  unread: number
  unreadMentions: number
  members?: string[] | undefined
  bot?: (Pick<Bot, 'botId' | 'displayName'> & { settings?: BotSettings | undefined }) | undefined
}

/** A chat as its member sees it. A direct chat carries the other person's name. */
export function renderChat({ item, head, receipt, unread, unreadMentions, members, bot }: ChatParts) {
  const { delivered, read } = renderReceipt(receipt)
  const cleared = clearedSeq(item, head)
  return {
    chatId: item.chatId,
    kind: item.kind,
    name: item.kind === 'direct' ? (item.peer?.name ?? null) : head.name,
    role: item.role,
    ...(item.kind === 'group' && {
      visibility: head.visibility ?? 'private',
      // The head follows in a moment; who was just read has been counted.
      memberCount: members?.length ?? head.memberCount,
    }),
    ...(members ? { members } : item.peer && { members: [item.userId, item.peer.userId] }),
    head: { seq: head.seq, n: head.n, at: head.at, preview: head.preview },
    unread,
    unreadMentions,
    receipt: { delivered, read },
    muted: item.muted,
    pinned: item.pinned,
    ...(cleared > 0 && { clearedSeq: cleared }),
    ...(bot && { bot: renderChatBot(bot) }),
  }
}

function renderChatBot(bot: NonNullable<ChatParts['bot']>) {
  const { botId, displayName, settings } = bot
  if (!settings) return { botId, displayName }
  const { systemPrompt, temperature, contextMessages } = settings
  return {
    botId,
    displayName,
    settings: {
      ...(systemPrompt !== undefined && { systemPrompt }),
      ...(temperature !== undefined && { temperature }),
      ...(contextMessages !== undefined && { contextMessages }),
    },
  }
}

/** A public group as anybody sees it. */
export const renderPublicChat = ({ chat, joined }: { chat: Chat; joined: boolean }) => ({
  chatId: chat.chatId,
  name: chat.name,
  memberCount: chat.memberCount ?? 0,
  joined,
})
