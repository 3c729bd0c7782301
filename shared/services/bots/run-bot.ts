// One reply of a bot to one prompt. The run is made once, leased, fenced and checkpointed; the reply's key is the run,
// so however often the job is delivered there is one reply.
import type { Bot, Run, Usage } from '../../domain/bot.ts'
import { chatGroup } from '../../domain/chat.ts'
import type { Content, NewEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { runIdOf } from '../../domain/id.ts'
import type { BotJob } from '../feed/apply-changes.ts'
import type { Appender } from '../log/append.ts'
import type { Logger, LogStore, Provider, Push, StateStore, Time } from '../ports.ts'
import { readContext } from './context.ts'
import { streamReply } from './stream-reply.ts'

export interface BotDeps {
  log: LogStore
  state: StateStore
  push: Push
  time: Time
  logger: Logger
  appender: Appender
  bots: Bot[]
  provider(name: string): Provider
}

/** Longer than any pause between checkpoints, shorter than the queue's patience. */
export const LEASE_MS = 15_000
const FAILED_TEXT = 'I could not answer this time. Please ask again.'

/**
 * Does a job to its end, or leaves it to whoever is at it.
 * @param lastTry the queue will not deliver the job again: a failure is now said in the chat
 * @throws ChatError `busy` while another holds the lease, `unavailable` when the model failed and a try is left
 */
export async function runBot(deps: BotDeps, job: BotJob, lastTry: boolean): Promise<void> {
  const bot = deps.bots.find(({ botId }) => botId === job.botId)
  const prompt = await deps.log.readEntry(job.chatId, job.seq)
  if (!bot || prompt?.type !== 'message') return
  const lease = await takeRun(deps, job)
  if (!lease) return
  const { run } = lease
  await tell(deps, run, { type: 'run.started', attempt: run.attempt, promptSeq: run.promptSeq })
  try {
    const request = { model: bot.model, system: bot.systemPrompt, turns: await readContext(deps.log, run) }
    const answer = await streamReply(deps, lease, deps.provider(bot.provider), request)
    if (answer) await finish(deps, lease, { state: 'done', ...answer })
  } catch (error) {
    deps.logger('warn', 'run.attempt.failed', {
      runId: run.runId,
      attempt: run.attempt,
      error: String(error),
    })
    if (lastTry) return finish(deps, lease, { state: 'failed', text: FAILED_TEXT })
    await deps.state.replaceRun({ ...run, leaseUntil: 0 }, lease.etag)
    throw new ChatError('unavailable', 'The model failed; the job will be tried again.', { cause: error })
  }
}

export interface Lease {
  run: Run
  etag: string
}

/** The run, ours alone for a while. Undefined when it has ended. */
async function takeRun(deps: BotDeps, job: BotJob): Promise<Lease | undefined> {
  const now = deps.time.now()
  const runId = runIdOf(job.chatId, job.seq, job.botId)
  const fresh: Run = {
    runId,
    chatId: job.chatId,
    botId: job.botId,
    promptSeq: job.seq,
    state: 'streaming',
    attempt: 1,
    fence: 1,
    leaseUntil: now + LEASE_MS,
    text: '',
    createdAt: new Date(now).toISOString(),
  }
  const { run, etag, created } = await deps.state.createRun(fresh)
  if (created) return { run, etag }
  if (run.state !== 'streaming') return undefined
  if (run.leaseUntil > now) throw new ChatError('busy', `Run ${runId} is being worked on.`)
  const mine: Run = {
    ...run,
    attempt: run.attempt + 1,
    fence: run.fence + 1,
    leaseUntil: now + LEASE_MS,
    text: '',
  }
  const taken = await deps.state.replaceRun(mine, etag)
  if (!taken) throw new ChatError('busy', `Run ${runId} was taken by another.`)
  return { run: mine, etag: taken.etag }
}

interface Answer {
  state: 'done' | 'failed'
  text: string
  usage?: Usage | undefined
}

/** The reply goes into the log before the run ends, so that a crash between the two only repeats the append. */
async function finish(deps: BotDeps, lease: Lease, answer: Answer): Promise<void> {
  const { run } = lease
  const content: Content = { type: 'text', text: answer.text }
  const reply: NewEntry = {
    type: 'message',
    senderId: run.botId,
    content,
    run: { runId: run.runId, promptSeq: run.promptSeq, state: answer.state },
    dedupeKey: `bot:${run.runId}`,
  }
  const entry = await appendReply(deps, run, reply)
  await deps.state.replaceRun({ ...run, ...answer, leaseUntil: 0, replySeq: entry.seq }, lease.etag)
  await tell(deps, run, { type: 'run.ended', state: answer.state, replySeq: entry.seq })
}

/** A reply that is there already, with other words, is another attempt's: it stays, ours is dropped. */
async function appendReply(deps: BotDeps, run: Run, reply: NewEntry): Promise<{ seq: number }> {
  try {
    return (await deps.appender.append(run.chatId, reply, run.promptSeq)).entry
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'id-reused') throw error
    const [first] = await deps.log.findByKeys(run.chatId, [reply.dedupeKey])
    if (!first) throw error
    return first
  }
}

/** A frame about the run, a hint like every push. */
export async function tell(deps: BotDeps, run: Run, frame: Record<string, unknown>): Promise<void> {
  const { chatId, runId, botId } = run
  try {
    await deps.push.toGroup(chatGroup(chatId), { chatId, runId, botId, ...frame })
  } catch (error) {
    deps.logger('warn', 'run.push.failed', { runId, error: String(error) })
  }
}
