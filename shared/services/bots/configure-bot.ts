// What a chat wants of its bot: how it is to speak, and how much of the chat it is shown.

import type { BotSettings } from '../../domain/bot.ts'
import type { Chat } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { findOwnChat } from '../chats/find-own-chat.ts'
import { getChat, type ReadChatDeps } from '../chats/read-chat.ts'
import type { ChatView } from '../chats/view.ts'
import { type AloneDeps, writeAlone } from '../log/write-alone.ts'
import type { BotDeps } from './bot-deps.ts'

export interface ConfigureDeps extends AloneDeps, ReadChatDeps, Pick<BotDeps, 'bots'> {
  log: ReadChatDeps['log']
  newId(): string
}

/** `null` takes a setting back; the bot's own holds then. */
export interface BotChange {
  chatId: string
  botId?: string | undefined
  systemPrompt?: string | null | undefined
  temperature?: number | null | undefined
  contextMessages?: number | null | undefined
}

const CHANGEABLE = ['systemPrompt', 'temperature', 'contextMessages'] as const

/**
 * Changes what the chat wants of a bot. What is so already changes nothing. The answer shows the settings.
 * @throws ChatError `chat-not-found`, `forbidden` unless one runs the chat, `user-not-found` for a bot that is not in it,
 * `invalid-request` when a chat of several bots is not told which, `chat-closed`, `busy`
 */
export async function configureBot(deps: ConfigureDeps, actor: Actor, ask: BotChange): Promise<ChatView> {
  const { chatId } = ask
  const key = `change:${deps.newId()}`
  let now: { botId: string; settings: BotSettings } = { botId: '', settings: {} }
  await writeAlone(deps, {
    chatId,
    key,
    async decide() {
      const { chat, etag, me } = await findOwnChat(deps.log, actor, chatId)
      if (me.role !== 'owner' && me.role !== 'admin')
        throw new ChatError('forbidden', `As ${me.role} you may not do this.`)
      const botId = botOf(chat, ask)
      const before = chat.botSettings?.[botId] ?? {}
      const after = changed(before, ask)
      now = { botId, settings: after }
      if (CHANGEABLE.every((name) => before[name] === after[name])) return undefined
      const botSettings = { ...chat.botSettings, [botId]: after }
      return {
        entries: [{ type: 'chat', change: 'bot', botId, senderId: actor.userId, dedupeKey: key }],
        chatUpdate: { chat: { ...chat, botSettings }, etag },
      }
    },
  })
  const view = await getChat(deps, actor, chatId)
  const displayName = deps.bots.find(({ botId }) => botId === now.botId)?.displayName ?? now.botId
  return { ...view, bot: { displayName, ...view.bot, ...now } }
}

/** @throws ChatError `user-not-found`, `invalid-request` */
function botOf({ bots }: Chat, { botId }: BotChange): string {
  const [first, second] = bots
  if (botId === undefined && first !== undefined && second !== undefined) {
    const errors = [{ path: 'botId', message: 'is needed: several bots are in this chat' }]
    throw new ChatError('invalid-request', 'botId is needed: several bots are in this chat.', { errors })
  }
  const meant = botId ?? first
  if (meant === undefined || !bots.includes(meant))
    throw new ChatError('user-not-found', `The bot ${meant ?? ''} is not in this chat.`)
  return meant
}

function changed(before: BotSettings, ask: BotChange): BotSettings {
  const entries = CHANGEABLE.map((name) => [name, ask[name] === undefined ? before[name] : ask[name]])
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined))
}
