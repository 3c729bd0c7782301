// The right to work on a run: ours for a while, renewed as we go. The fence in the run says whose it is, so a slow owner
// that was given up writes nothing any more.
import { isOpen, type Run } from '../../domain/bot.ts'
import { ChatError } from '../../domain/error.ts'
import { runIdOf } from '../../domain/id.ts'
import type { StateStore } from '../ports/state.ts'
import type { Time } from '../ports/world.ts'
import type { BotJob } from './prompts.ts'

export interface Lease {
  run: Run
  etag: string
}

export interface LeaseDeps {
  state: StateStore
  time: Time
}

/** Longer than any pause between checkpoints, shorter than the queue's patience. */
export const LEASE_MS = 15_000

/** The run that a job asks for, which nobody has begun. */
export function freshRun(job: BotJob, now: number): Run {
  const { chatId, seq, botId, sibling, askedBy } = job
  return {
    runId: runIdOf(chatId, seq, botId, sibling),
    chatId,
    botId,
    promptSeq: seq,
    ...(sibling !== undefined && { sibling }),
    ...(askedBy !== undefined && { askedBy }),
    state: 'waiting',
    attempt: 0,
    fence: 0,
    leaseUntil: 0,
    text: '',
    createdAt: new Date(now).toISOString(),
  }
}

/**
 * The run, ours alone for a while. Undefined when it has ended.
 * @param known the run as it was just seen
 * @throws ChatError `busy` while it is somebody else's
 */
export async function takeRun(
  deps: LeaseDeps,
  job: BotJob,
  known?: Lease | undefined,
): Promise<Lease | undefined> {
  const now = deps.time.now()
  const leaseUntil = now + LEASE_MS
  const fresh = freshRun(job, now)
  const { runId } = fresh
  const { run, etag } =
    known ?? (await deps.state.readRun(job.chatId, runId)) ?? (await deps.state.createRun(fresh))
  if (!isOpen(run)) return undefined
  if (run.leaseUntil > now) throw new ChatError('busy', `Run ${runId} is being worked on.`)
  const mine: Run = {
    ...run,
    state: 'streaming',
    attempt: run.attempt + 1,
    fence: run.fence + 1,
    leaseUntil,
    tools: undefined,
    // What was said before a stop is what is kept.
    text: run.stopRequested ? run.text : '',
  }
  const taken = await deps.state.replaceRun(mine, etag)
  if (taken) return { run: mine, etag: taken.etag }
  // Stopped meanwhile, it is nobody's, and whoever waits behind it must hear of that.
  const changed = await deps.state.readRun(job.chatId, runId)
  if (changed && !isOpen(changed.run)) return undefined
  throw new ChatError('busy', `Run ${runId} was taken by another.`)
}

/**
 * Writes the run while it is ours; false when it has ended or another has taken it over. A changed etag alone does not
 * say so: the answer to our own last write may have been lost.
 */
export async function hold(deps: LeaseDeps, lease: Lease, change: Partial<Run>): Promise<boolean> {
  let run: Run = { ...lease.run, ...change }
  let stored = await deps.state.replaceRun(run, lease.etag)
  if (!stored) {
    const found = await deps.state.readRun(run.chatId, run.runId)
    if (!found || found.run.fence !== run.fence || found.run.state !== 'streaming') return false
    run = { ...found.run, ...change }
    stored = await deps.state.replaceRun(run, found.etag)
  }
  if (!stored) return false
  lease.run = run
  lease.etag = stored.etag
  return true
}
