import type { Run } from '../../domain/bot.ts'
import { visibleFrom } from '../../domain/chat.ts'
import type { MessageEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership } from '../chats/read-chat.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'
import type { Time } from '../ports/world.ts'
import { freshRun } from './lease.ts'
import type { BotJob } from './prompts.ts'
import { askedBots } from './prompts.ts'
import { type QuotaDeps, refuseSpent } from './quotas.ts'

export interface RegenerateDeps extends QuotaDeps {
  inbox: InboxStore
  log: LogStore
  state: StateStore
  time: Time
  newId(): string
}

/**
 * Asks for another answer to a prompt, beside those there are. `seq` is a bot's reply, or the prompt itself.
 * @param clientRequestId the same one again finds the run that it made
 * @throws ChatError `chat-not-found`, `forbidden` for readers, `not-found` when the message is none that a bot answers, `quota-exceeded`
 */
export async function regenerate(
  deps: RegenerateDeps,
  actor: Actor,
  { chatId, seq, clientRequestId }: { chatId: string; seq: number; clientRequestId?: string | undefined },
): Promise<{ run: Run; created: boolean; job: BotJob }> {
  const item = await readMembership(deps.inbox, actor, chatId)
  if (item.role === 'reader') throw new ChatError('forbidden', 'Readers of this chat may not write in it.')
  const [head, entry] = await Promise.all([deps.state.readHead(chatId), deps.log.readEntry(chatId, seq)])
  if (entry?.type !== 'message' || seq < visibleFrom(item, head)) throw notFound(seq)
  const { promptSeq, botId } = await askedOf(deps, chatId, entry)
  if (promptSeq < visibleFrom(item, head)) throw notFound(seq)
  const prompt = promptSeq === seq ? entry : await deps.log.readEntry(chatId, promptSeq)
  if (prompt?.type !== 'message' || prompt.deletedAt !== undefined) throw notFound(promptSeq)
  const { userId: askedBy } = actor
  await refuseSpent(deps, { chatId, userId: askedBy })
  const sibling = clientRequestId ? `${actor.userId}:${clientRequestId}` : deps.newId()
  const job = { chatId, seq: promptSeq, botId, sibling, askedBy }
  const { run, created } = await deps.state.createRun(freshRun(job, deps.time.now()))
  return { run, created, job }
}

/** Which bot is to answer which prompt: as the reply says, or the first that the prompt asks where that one is named. */
async function askedOf(
  { log }: RegenerateDeps,
  chatId: string,
  message: MessageEntry,
): Promise<{ promptSeq: number; botId: string }> {
  const { seq, run, senderId } = message
  const chat = await log.readChat(chatId)
  if (run && chat?.bots.includes(senderId)) return { promptSeq: run.promptSeq, botId: senderId }
  const [botId] = chat ? await askedBots(log, chat, message) : []
  if (botId === undefined) throw notFound(seq)
  return { promptSeq: seq, botId }
}

const notFound = (seq: number): ChatError =>
  new ChatError('not-found', `The message ${seq} is none that a bot answers.`)
