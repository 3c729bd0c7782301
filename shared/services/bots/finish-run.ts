// The end of a run: its reply goes into the log, once, and then the run ends as the reply says.
import type { FailureReason, Run, ToolUse, Usage } from '../../domain/bot.ts'
import type { NewEntry, StoredEntry } from '../../domain/entry.ts'
import { ChatError, type ErrorCode } from '../../domain/error.ts'
import type { BotDeps } from './bot-deps.ts'
import { hold, LEASE_MS, type Lease } from './lease.ts'
import { tell } from './tell.ts'

export interface Answer {
  state: 'done' | 'stopped' | 'failed'
  text: string
  reason?: FailureReason | undefined
  usage?: Usage | undefined
  tools?: ToolUse[] | undefined
}

const FAILURES: Record<FailureReason, string> = {
  model: 'I could not answer this time. Please ask again.',
  refused: 'I may not answer this.',
  quota: 'The tokens for today are used up. Please ask again tomorrow.',
}

/** Says honestly in the chat that there will be no answer. */
export const fail = (deps: BotDeps, lease: Lease, reason: FailureReason): Promise<boolean> =>
  finish(deps, lease, { state: 'failed', text: FAILURES[reason], reason })

/**
 * The reply goes into the log before the run ends, so that a crash between the two only repeats the end. False when
 * another attempt ended the run, or will.
 */
export async function finish(deps: BotDeps, lease: Lease, answer: Answer): Promise<boolean> {
  const { state, text, reason, usage, tools = [] } = answer
  const { runId, promptSeq, botId } = lease.run
  if (state === 'stopped' && text.trim() === '') return endSilently(deps, lease)
  if (
    !(await hold(deps, lease, {
      text,
      ...(tools.length > 0 && { tools }),
      leaseUntil: deps.time.now() + LEASE_MS,
    }))
  ) {
    deps.logger('info', 'run.taken-over', { runId })
    return false
  }
  const reply: NewEntry = {
    type: 'message',
    senderId: botId,
    content: { type: 'text', text },
    run: { runId, promptSeq, state, ...(reason && { reason }), ...(usage && { usage }) },
    dedupeKey: replyKey(runId),
  }
  const said = await appendReply(deps, lease.run, reply)
  return said ? end(deps, lease, said) : endSilently(deps, lease)
}

/** Nobody is there to be answered: the chat has ended, or the bot is no longer in it. A try later would find it so again. */
const UNHEARD: ReadonlySet<ErrorCode> = new Set([
  'chat-closed',
  'chat-not-found',
  'forbidden',
  'limit-reached',
])

/** Stopped before the first word, or never heard: there is nothing to keep. */
async function endSilently(deps: BotDeps, lease: Lease): Promise<boolean> {
  const ours = await hold(deps, lease, { state: 'stopped', text: '', leaseUntil: 0 })
  if (ours) await tell(deps, lease.run, { type: 'run.ended', state: 'stopped' })
  return ours
}

/** The run ends as the reply in the log says, whoever wrote it. */
export async function end(deps: BotDeps, lease: Lease, reply: StoredEntry): Promise<boolean> {
  if (reply.type !== 'message' || !reply.run) return false
  const { state, reason, usage } = reply.run
  // Deleted meanwhile, it leaves no copy here either.
  const text = reply.content?.type === 'text' ? reply.content.text : ''
  const ended = { state, text, reason, usage, leaseUntil: 0, replySeq: reply.seq }
  const ours = await hold(deps, lease, ended)
  if (ours) await tell(deps, lease.run, { type: 'run.ended', state, replySeq: reply.seq })
  return ours
}

/** A reply that is there already, with other words, is another attempt's: it stays, ours is dropped. Undefined: unheard. */
async function appendReply(deps: BotDeps, run: Run, reply: NewEntry): Promise<StoredEntry | undefined> {
  try {
    return (await deps.appender.append(run.chatId, reply, run.promptSeq)).entry
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    if (UNHEARD.has(error.code)) return undefined
    if (error.code !== 'id-reused') throw error
    const first = await findReply(deps, run)
    if (!first) throw error
    return first
  }
}

const replyKey = (runId: string): string => `bot:${runId}`

export async function findReply(deps: BotDeps, { chatId, runId }: Run): Promise<StoredEntry | undefined> {
  const [reply] = await deps.log.findByKeys(chatId, [replyKey(runId)])
  return reply
}
