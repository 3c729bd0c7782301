// One reply of a bot to one prompt. The run is made once, leased, fenced and checkpointed; the reply's key is the run,
// so however often the job is delivered there is one reply.
import type { FailureReason, Run, ToolUse } from '../../domain/bot.ts'
import type { MessageEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { BotDeps } from './bot-deps.ts'
import { readContext, textOf } from './context.ts'
import { end, fail, findReply, finish } from './finish-run.ts'
import { hold, type Lease, takeRun } from './lease.ts'
import { Refused } from './moderate.ts'
import type { BotJob } from './prompts.ts'
import { isSpent, payerOf, spend } from './quotas.ts'
import { streamReply } from './stream-reply.ts'
import { summarise } from './summarise.ts'
import { tell } from './tell.ts'
import { awaitTurn, jobOf, nextJobs } from './turn.ts'
import { withTools } from './with-tools.ts'

/** The rescue makes new jobs, which the queue counts from one: a run whose every host dies ends here. */
const MAX_ATTEMPTS = 10

/**
 * Does a job to its end, or leaves it to whoever is at it. Returns the jobs that are next in the chat.
 * @param lastTry the queue will not deliver the job again: a failure is now said in the chat
 * @throws ChatError `unavailable` when the model failed and a try is left
 */
export async function runBot(deps: BotDeps, job: BotJob, lastTry: boolean): Promise<BotJob[]> {
  if (job.task === 'summary') {
    await summarise(deps, job)
    return []
  }
  const prompt = await deps.log.readEntry(job.chatId, job.seq)
  if (prompt?.type !== 'message') return []
  const { isOurs, lapsed, waiting } = await awaitTurn(deps, job)
  if (!isOurs) return lapsed ? [jobOf(lapsed)] : []
  const lease = await takeOpenRun(deps, job, waiting).catch(ifBusy)
  if (lease === 'busy') return []
  const more = lease ? await answer(deps, lease, prompt, lastTry) : []
  return [...more, ...(await nextJobs(deps, job.chatId))]
}

/** Its owner is at work; should it die, the rescue finds the run. */
function ifBusy(error: unknown): 'busy' {
  if (error instanceof ChatError && error.code === 'busy') return 'busy'
  throw error
}

/** Returns the work that the answer makes. */
async function answer(
  deps: BotDeps,
  lease: Lease,
  prompt: MessageEntry,
  lastTry: boolean,
): Promise<BotJob[]> {
  const { run } = lease
  const bot = deps.bots.find(({ botId }) => botId === run.botId)
  // A prompt that was taken back asks for nothing.
  if (run.stopRequested || !prompt.content) {
    await finish(deps, lease, { state: 'stopped', text: prompt.content ? run.text : '' })
    return []
  }
  if (!bot || run.attempt > MAX_ATTEMPTS) {
    await fail(deps, lease, 'model')
    return []
  }
  await tell(deps, run, { type: 'run.started', attempt: run.attempt, promptSeq: run.promptSeq })
  try {
    const reason = await objection(deps, lease, prompt)
    if (reason) {
      await fail(deps, lease, reason)
      return []
    }
    const asked = await readContext(deps, run, { bot, asker: payerOf(run, prompt).userId })
    // Before its turn came the prompt was cleared, or the bot taken out.
    if (asked.request.turns.length === 0) {
      await finish(deps, lease, { state: 'stopped', text: '' })
      return []
    }
    const used: ToolUse[] = []
    const provider = withTools(deps.model(bot), {
      tools: deps.tools.filter(({ name }) => bot.tools?.includes(name)),
      scope: payerOf(run, prompt),
      shown: used,
      changed: (index) => tellTool(deps, run, index, used[index]!),
    })
    const streamed = await streamReply(deps, lease, provider, asked.request, used)
    if (!streamed) return []
    const { isStopped, ...said } = streamed
    const ours = await finish(deps, lease, { state: isStopped ? 'stopped' : 'done', tools: used, ...said })
    if (!ours) return []
    await spend(deps, payerOf(run, prompt), said.usage)
    const { summarise: reach } = asked
    return reach ? [{ chatId: run.chatId, botId: bot.botId, task: 'summary', ...reach }] : []
  } catch (error) {
    const { runId, attempt } = run
    deps.logger('warn', 'run.attempt.failed', { runId, attempt, error: String(error) })
    const refused = error instanceof Refused
    if (refused || lastTry) {
      await fail(deps, lease, refused ? 'refused' : 'model')
      if (refused && error.usage) await spend(deps, payerOf(run, prompt), error.usage)
      return []
    }
    await hold(deps, lease, { leaseUntil: deps.time.now() })
    throw new ChatError('unavailable', 'The model failed; the job will be tried again.', { cause: error })
  }
}

const tellTool = (deps: BotDeps, run: Run, index: number, { name, state }: ToolUse): Promise<void> =>
  tell(deps, run, { type: 'run.tool', attempt: run.attempt, index, name, state })

/** Why no model is to be asked. */
async function objection(
  deps: BotDeps,
  { run }: Lease,
  prompt: MessageEntry,
): Promise<FailureReason | undefined> {
  if ((await deps.moderate({ by: 'person', text: textOf(prompt) })) === 'refused') return 'refused'
  return (await isSpent(deps, payerOf(run, prompt))) ? 'quota' : undefined
}

/**
 * Ends a job that the queue has given up, whose last owner may have died: the failure is said in the chat. Returns the
 * jobs that are next in the chat.
 * @throws ChatError `busy` while another holds the lease
 */
export async function giveUpRun(deps: BotDeps, job: BotJob): Promise<BotJob[]> {
  // Without a summary the bot knows less, and that is all.
  if (job.task === 'summary') return []
  const prompt = await deps.log.readEntry(job.chatId, job.seq)
  if (prompt?.type !== 'message') return []
  const lease = await takeOpenRun(deps, job)
  if (lease) await fail(deps, lease, 'model')
  return nextJobs(deps, job.chatId)
}

/** The run, if there is anything left to do. An owner that died between its reply and the end left only the end. */
async function takeOpenRun(
  deps: BotDeps,
  job: BotJob,
  waiting?: Lease | undefined,
): Promise<Lease | undefined> {
  const lease = await takeRun(deps, job, waiting)
  if (!lease || lease.run.attempt === 1) return lease
  const reply = await findReply(deps, lease.run)
  if (!reply) return lease
  await end(deps, lease, reply)
  return undefined
}
