// One reply of a bot to one prompt. The run is made once, leased, fenced and checkpointed; the reply's key is the run,
// so however often the job is delivered there is one reply.
import type { Run, Usage } from '../../domain/bot.ts'
import { START, visibleFrom } from '../../domain/chat.ts'
import type { MessageEntry, NewEntry, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { BotDeps } from './bot-deps.ts'
import { readContext } from './context.ts'
import { hold, LEASE_MS, type Lease, takeRun } from './lease.ts'
import type { BotJob } from './prompts.ts'
import { streamReply } from './stream-reply.ts'
import { tell } from './tell.ts'
import { awaitTurn, jobOf, nextJobs } from './turn.ts'

const FAILED_TEXT = 'I could not answer this time. Please ask again.'

/**
 * Does a job to its end, or leaves it to whoever is at it. Returns the jobs that are next in the chat.
 * @param lastTry the queue will not deliver the job again: a failure is now said in the chat
 * @throws ChatError `unavailable` when the model failed and a try is left
 */
export async function runBot(deps: BotDeps, job: BotJob, lastTry: boolean): Promise<BotJob[]> {
  const prompt = await deps.log.readEntry(job.chatId, job.seq)
  if (prompt?.type !== 'message') return []
  const { isOurs, lapsed } = await awaitTurn(deps, job)
  if (!isOurs) return lapsed ? [jobOf(lapsed)] : []
  const lease = await takeOpenRun(deps, job).catch(ifBusy)
  if (lease === 'busy') return []
  if (lease) await answer(deps, lease, prompt, lastTry)
  return nextJobs(deps, job.chatId)
}

/** Its owner is at work; should it die, the rescue finds the run. */
function ifBusy(error: unknown): 'busy' {
  if (error instanceof ChatError && error.code === 'busy') return 'busy'
  throw error
}

async function answer(deps: BotDeps, lease: Lease, prompt: MessageEntry, lastTry: boolean): Promise<void> {
  const { run } = lease
  const bot = deps.bots.find(({ botId }) => botId === run.botId)
  if (run.stopRequested) return finish(deps, lease, { state: 'stopped', text: run.text })
  // A prompt that was taken back asks for nothing.
  if (!prompt.content) return finish(deps, lease, { state: 'stopped', text: '' })
  if (!bot) return finish(deps, lease, { state: 'failed', text: FAILED_TEXT })
  await tell(deps, run, { type: 'run.started', attempt: run.attempt, promptSeq: run.promptSeq })
  try {
    const turns = await readContext(deps.log, run, await firstSeen(deps, prompt))
    const request = {
      system: bot.systemPrompt,
      temperature: bot.temperature,
      maxOutputTokens: bot.replyTokens,
      turns,
    }
    const streamed = await streamReply(deps, lease, deps.model(bot), request)
    if (!streamed) return
    const { isStopped, ...said } = streamed
    await finish(deps, lease, { state: isStopped ? 'stopped' : 'done', ...said })
  } catch (error) {
    const { runId, attempt } = run
    deps.logger('warn', 'run.attempt.failed', { runId, attempt, error: String(error) })
    if (lastTry) return finish(deps, lease, { state: 'failed', text: FAILED_TEXT })
    await hold(deps, lease, { leaseUntil: deps.time.now() })
    throw new ChatError('unavailable', 'The model failed; the job will be tried again.', { cause: error })
  }
}

/** A bot goes by what its prompter may see: what is cleared, or was said before their time, it does not know. */
async function firstSeen({ inbox, state }: BotDeps, { chatId, senderId }: MessageEntry): Promise<number> {
  const [item, head] = await Promise.all([inbox.read(senderId, chatId), state.readHead(chatId)])
  return visibleFrom(item ?? { joined: START, cleared: START }, head)
}

/**
 * Ends a job that the queue has given up, whose last owner may have died: the failure is said in the chat. Returns the
 * jobs that are next in the chat.
 * @throws ChatError `busy` while another holds the lease
 */
export async function giveUpRun(deps: BotDeps, job: BotJob): Promise<BotJob[]> {
  const prompt = await deps.log.readEntry(job.chatId, job.seq)
  if (prompt?.type !== 'message') return []
  const lease = await takeOpenRun(deps, job)
  if (lease) await finish(deps, lease, { state: 'failed', text: FAILED_TEXT })
  return nextJobs(deps, job.chatId)
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
  state: 'done' | 'stopped' | 'failed'
  text: string
  usage?: Usage | undefined
}

/** The reply goes into the log before the run ends, so that a crash between the two only repeats the end. */
async function finish(deps: BotDeps, lease: Lease, { state, text, usage }: Answer): Promise<void> {
  const { runId, promptSeq, botId } = lease.run
  if (state === 'stopped' && text.trim() === '') return endSilently(deps, lease)
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

/** Stopped before the first word: there is nothing to keep. */
async function endSilently(deps: BotDeps, lease: Lease): Promise<void> {
  const ours = await hold(deps, lease, { state: 'stopped', leaseUntil: 0 })
  if (ours) await tell(deps, lease.run, { type: 'run.ended', state: 'stopped' })
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
