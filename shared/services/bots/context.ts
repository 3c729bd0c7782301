// What a model is shown of a chat: the newest messages that fit, as they stand now, and a summary of what is older.
import type { Bot, Run, Summary } from '../../domain/bot.ts'
import { type Chat, START, visibleFrom } from '../../domain/chat.ts'
import type { MessageEntry } from '../../domain/entry.ts'
import type { ModelRequest, ModelTurn } from '../ports/model.ts'
import type { BotDeps } from './bot-deps.ts'
import { imagesOf, pictured, tokensOfImage } from './images.ts'
import { allowed } from './moderate.ts'

const CONTEXT_MESSAGES = 40
const CONTEXT_TOKENS = 12_000
/** Answers to earlier prompts that came after this one was asked. */
const LATE_ANSWERS = 20

export interface Context {
  request: ModelRequest
  /** From where to where a new summary should reach, when the window is almost full. */
  summarise: { from: number; seq: number } | undefined
}

/** Nobody would hear the answer: the bot was taken out of the chat, or the chat has ended, while its run waited. */
const UNHEARD: Context = { request: { turns: [] }, summarise: undefined }

export type ContextDeps = Pick<BotDeps, 'log' | 'state' | 'inbox' | 'users' | 'media' | 'logger' | 'moderate'>

/**
 * A bot goes by what its asker may see: what is cleared, or was said before their time, it does not know. For an asker who
 * has left it knows the prompt alone.
 */
export async function readContext(
  deps: ContextDeps,
  run: Run,
  { bot, asker }: { bot: Bot; asker: string },
): Promise<Context> {
  const { chatId, promptSeq } = run
  const [chat, head, stored, item] = await Promise.all([
    deps.log.readChat(chatId),
    deps.state.readHead(chatId),
    deps.state.readSummary(chatId),
    deps.inbox.read(asker, chatId),
  ])
  if (!chat || chat.closed || !chat.bots.includes(bot.botId)) return UNHEARD
  const left = { joined: { seq: promptSeq - 1, n: 0 }, cleared: START }
  const first = visibleFrom(item ?? left, head)
  const summary = stored && isGood(stored.summary, first, promptSeq) ? stored.summary : undefined
  const settings = chat.botSettings?.[bot.botId] ?? {}
  const [wish] = await allowed(deps.moderate, [settings.systemPrompt], (text) => text)
  const system = systemOf(bot.systemPrompt, wish, summary)
  const limit = settings.contextMessages ?? CONTEXT_MESSAGES
  const from = Math.max(first, (summary?.through ?? 0) + 1)
  const found = await deps.log.listMessages(chatId, { from, before: promptSeq + 1, limit })
  const late = (head?.seq ?? 0) > promptSeq && run.sibling === undefined
  const messages = late ? await withLateAnswers(deps, run, found) : found
  const budget = (bot.contextTokens ?? CONTEXT_TOKENS) - tokensOf(system ?? '')
  const shown = fitting(await toldOf(deps, bot, messages.filter(isSaid)), budget)
  const isCrowded = found.length >= limit * 0.75 || shown.used >= budget * 0.75
  const middle = found[Math.floor(found.length / 2) - 1]
  return {
    request: {
      system,
      temperature: settings.temperature ?? bot.temperature,
      maxOutputTokens: bot.replyTokens,
      turns: await toTurns(deps, bot, chat, shown.messages),
    },
    summarise: isCrowded && found.length > 2 && middle ? { from: first, seq: middle.seq } : undefined,
  }
}

/** A summary that knows what the asker may not, or what came after the prompt, is none. */
const isGood = ({ from, through }: Summary, first: number, promptSeq: number): boolean =>
  from >= first && through < promptSeq

/** About four letters to a token, whatever the model. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4)

function systemOf(own: string | undefined, chats: string | undefined, summary: Summary | undefined) {
  const parts = [own, chats, summary && `What was said before, in short:\n${summary.text}`]
  const text = parts.filter((part) => part !== undefined).join('\n\n')
  return text === '' ? undefined : text
}

/** The bot says of itself that it failed: that is no part of the conversation. */
const isSaid = ({ content, run }: MessageEntry): boolean => content !== undefined && run?.state !== 'failed'

/** Its own words were looked at as it said them. */
export const toldOf = (
  { moderate }: Pick<ContextDeps, 'moderate'>,
  { botId }: Bot,
  messages: MessageEntry[],
): Promise<MessageEntry[]> =>
  allowed(moderate, messages, (message) => (message.senderId === botId ? undefined : textOf(message)))

/** A prompt that waited for its turn was asked before the answers that it waited for. */
async function withLateAnswers(
  { log }: ContextDeps,
  { chatId, promptSeq, botId }: Run,
  found: MessageEntry[],
): Promise<MessageEntry[]> {
  const since = await log.listMessages(chatId, { from: 1, after: promptSeq, limit: LATE_ANSWERS })
  const answers = since.filter(
    ({ senderId, run }) => senderId === botId && run !== undefined && run.promptSeq < promptSeq,
  )
  return [...found.slice(0, -1), ...answers, ...found.slice(-1)]
}

/** The newest that fit; the prompt always does. */
function fitting(messages: MessageEntry[], budget: number): { messages: MessageEntry[]; used: number } {
  let used = 0
  let count = 0
  for (const message of [...messages].reverse()) {
    used += tokensOf(textOf(message)) + tokensOfImage(message)
    if (used > budget && count > 0) break
    count++
  }
  return { messages: messages.slice(messages.length - count), used }
}

/** How a message reads; what cannot be shown is named. */
export function textOf({ content }: MessageEntry): string {
  if (!content) return ''
  if (content.type === 'text') return content.text
  const { type, name, caption } = content
  return caption === undefined ? `[${type}: ${name}]` : `[${type}: ${name}] ${caption}`
}

async function toTurns(
  deps: ContextDeps,
  bot: Bot,
  chat: Chat,
  messages: MessageEntry[],
): Promise<ModelTurn[]> {
  const isOwn = ({ senderId }: MessageEntry): boolean => senderId === bot.botId
  const names = chat.kind === 'group' ? await namesOf(deps, messages) : undefined
  const shown = bot.images === false ? undefined : pictured(messages.filter((message) => !isOwn(message)))
  const turns = await Promise.all(
    messages.map(async (message): Promise<ModelTurn> => {
      const text = textOf(message)
      if (isOwn(message)) return { role: 'model', text }
      const name = names?.get(message.senderId)
      const images = shown?.has(message) ? await imagesOf(deps, message) : []
      const said = name === undefined ? text : `${name}: ${text}`
      return { role: 'user', text: said, ...(images.length > 0 && { images }) }
    }),
  )
  // A conversation starts with the user: what the bot said before the window is cut off.
  const start = turns.findIndex(({ role }) => role === 'user')
  return start === -1 ? [] : turns.slice(start)
}

/** Of whoever speaks in a group, for a model that cannot know. */
export async function namesOf(
  { users }: Pick<ContextDeps, 'users'>,
  messages: MessageEntry[],
): Promise<Map<string, string>> {
  const ids = [...new Set(messages.map(({ senderId }) => senderId))]
  const found = await Promise.all(ids.map((userId) => users.read(userId)))
  return new Map(ids.map((userId, i) => [userId, found[i]?.displayName ?? 'Somebody']))
}
