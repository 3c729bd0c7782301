// One reply of a bot to one prompt. The run is made once, leased, fenced and checkpointed; the reply's key is the run,
// so however often the job is delivered there is one reply.
import type { Run, Usage } from '../../domain/bot.ts'
import type { NewEntry, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { BotJob } from '../feed/apply-changes.ts'
import type { BotDeps } from './bot-deps.ts'
import { readContext } from './context.ts'
import { hold, LEASE_MS, type Lease, takeRun } from './lease.ts'
import { streamReply } from './stream-reply.ts'
import { tell } from './tell.ts'

const FAILED_TEXT = 'I could not answer this time. Please ask again.'

/**
 * Does a job to its end, or leaves it to whoever is at it.
 * @param lastTry the queue will not deliver the job again: a failure is now said in the chat
 * @throws ChatError `busy` while another holds the lease, `unavailable` when the model failed and a try is left
 */
export async function runBot(deps: BotDeps, job: BotJob, lastTry: boolean): Promise<void> {
  const bot = deps.bots.find(({ botId }) => botId === job.botId)
  const prompt = await deps.log.readEntry(job.chatId, job.seq)
  if (!bot || prompt?.type !== 'message' || !prompt.content) return
  const lease = await takeOpenRun(deps, job)
  if (!lease) return
  const { run } = lease
  await tell(deps, run, { type: 'run.started', attempt: run.attempt, promptSeq: run.promptSeq })
  try {
    const turns = await readContext(deps.log, run)
    const request = {
      system: bot.systemPrompt,
      temperature: bot.temperature,
      maxOutputTokens: bot.replyTokens,
      turns,
    }
    const answer = await streamReply(deps, lease, deps.model(bot), request)
    if (answer) await finish(deps, lease, { state: 'done', ...answer })
  } catch (error) {
    deps.logger('warn', 'run.attempt.failed', {
      runId: run.runId,
      attempt: run.attempt,
      error: String(error),
    })
    if (lastTry) return finish(deps, lease, { state: 'failed', text: FAILED_TEXT })
    await hold(deps, lease, { leaseUntil: 0 })
    throw new ChatError('unavailable', 'The model failed; the job will be tried again.', { cause: error })
  }
}

/**
 * Ends a job that the queue has given up, whose last owner may have died: the failure is said in the chat.
 * @throws ChatError `busy` while another holds the lease
 */
export async function giveUpRun(deps: BotDeps, job: BotJob): Promise<void> {
  const prompt = await deps.log.readEntry(job.chatId, job.seq)
  if (prompt?.type !== 'message') return
  const lease = await takeOpenRun(deps, job)
  if (lease) await finish(deps, lease, { state: 'failed', text: FAILED_TEXT })
}

/** The run, if there is anything left to do. An owner that died between its reply and the end left only the end. */
async function takeOpenRun(deps: BotDeps, job: BotJob): Promise<Lease | undefined> {
  const lease = await takeRun(deps, job)
  if (!lease || lease.run.attempt === 1) return lease
  const reply = await findReply(deps, lease.run)
  if (!reply) return lease
  await end(deps, lease, reply)
  return undefined
}

interface Answer {
  state: 'done' | 'failed'
  text: string
  usage?: Usage | undefined
}

/** The reply goes into the log before the run ends, so that a crash between the two only repeats the end. */
async function finish(deps: BotDeps, lease: Lease, { state, text, usage }: Answer): Promise<void> {
  const { runId, promptSeq, botId } = lease.run
  const ours = await hold(deps, lease, { text, leaseUntil: deps.time.now() + LEASE_MS })
  if (!ours) return deps.logger('info', 'run.taken-over', { runId })
  const reply: NewEntry = {
    type: 'message',
    senderId: botId,
    content: { type: 'text', text },
    run: { runId, promptSeq, state },
    dedupeKey: replyKey(runId),
  }
  await end(deps, lease, await appendReply(deps, lease.run, reply), usage)
}

/** The run ends as the reply in the log says, whoever wrote it. */
async function end(deps: BotDeps, lease: Lease, reply: StoredEntry, usage?: Usage): Promise<void> {
  if (reply.type !== 'message' || !reply.run) return
  const { state } = reply.run
  // Deleted meanwhile, it leaves no copy here either.
  const text = reply.content?.type === 'text' ? reply.content.text : ''
  const ours = await hold(deps, lease, { state, text, usage, leaseUntil: 0, replySeq: reply.seq })
  if (ours) await tell(deps, lease.run, { type: 'run.ended', state, replySeq: reply.seq })
}

/** A reply that is there already, with other words, is another attempt's: it stays, ours is dropped. */
async function appendReply(deps: BotDeps, run: Run, reply: NewEntry): Promise<StoredEntry> {
  try {
    return (await deps.appender.append(run.chatId, reply, run.promptSeq)).entry
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'id-reused') throw error
    const first = await findReply(deps, run)
    if (!first) throw error
    return first
  }
}

const replyKey = (runId: string): string => `bot:${runId}`

async function findReply(deps: BotDeps, { chatId, runId }: Run): Promise<StoredEntry | undefined> {
  const [reply] = await deps.log.findByKeys(chatId, [replyKey(runId)])
  return reply
}
