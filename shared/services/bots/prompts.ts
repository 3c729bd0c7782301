// Which bots a message asks. The feed may bring a message again, changed or not: what it asked when it was sent, decides.
import type { Chat } from '../../domain/chat.ts'
import type { MessageEntry } from '../../domain/entry.ts'
import type { LogStore } from '../ports/log.ts'

export interface BotJob {
  chatId: string
  seq: number
  botId: string
  /** Asks for another answer beside the first. */
  sibling?: string | undefined
  /** Who asked for that. */
  askedBy?: string | undefined
  /** Asks for no answer, but for a summary of the chat up to `seq`. */
  task?: 'summary' | undefined
  /** Where the summary begins. */
  from?: number | undefined
}

const PROMPT_MAX_AGE_MS = 24 * 3600_000

type Reader = Pick<LogStore, 'readEntry'>

/** The jobs that a message makes. */
export async function promptsOf(
  log: Reader,
  chat: Chat,
  message: MessageEntry,
  now: number,
): Promise<BotJob[]> {
  if (!message.content || now - Date.parse(message.createdAt) > PROMPT_MAX_AGE_MS) return []
  const { chatId } = chat
  const bots = await askedBots(log, chat, message)
  return bots.map((botId) => ({ chatId, seq: message.seq, botId }))
}

/** In a chat with a bot, that bot; in a group those that are named, or replied to. No bot asks another, nor itself. */
export async function askedBots(log: Reader, chat: Chat, message: MessageEntry): Promise<string[]> {
  const { bots, kind } = chat
  if (bots.length === 0 || bots.includes(message.senderId) || message.run) return []
  if (kind === 'bot') return bots
  const named = new Set(message.firstMentions ?? message.mentions)
  if (message.replyTo !== undefined) {
    const target = await log.readEntry(chat.chatId, message.replyTo)
    if (target) named.add(target.senderId)
  }
  return bots.filter((botId) => named.has(botId))
}
