// One run at a time answers in a chat; the others wait, in the order of their prompts. The turn belongs to a run until that
// run has ended: nobody has to give it back.
import { isOpen, type Run } from '../../domain/bot.ts'
import { freshRun, LEASE_MS, type Lease, type LeaseDeps } from './lease.ts'
import type { BotJob } from './prompts.ts'

export interface TurnTaken {
  isOurs: boolean
  /** Our run, where it was seen. */
  waiting?: Lease | undefined
  /** Whose turn it is, when nobody works on it: it comes first. */
  lapsed?: Run | undefined
}

/** Takes the chat's turn for the job's run, or leaves the run waiting for it. */
export async function awaitTurn(deps: LeaseDeps, job: BotJob): Promise<TurnTaken> {
  const run = freshRun(job, deps.time.now())
  const first = await takeTurn(deps, run)
  if (first.isOurs) return first
  // Whoever ends a run looks for those that wait, so ours must stand there before we look once more.
  await deps.state.createRun(run)
  return takeTurn(deps, run)
}

async function takeTurn({ state, time }: LeaseDeps, { chatId, runId, promptSeq }: Run): Promise<TurnTaken> {
  const now = time.now()
  const found = await state.readTurn(chatId)
  if (found?.turn.runId === runId) return { isOurs: true }
  if (found) {
    const holder = (await state.readRun(chatId, found.turn.runId))?.run
    const isHeld = holder ? isOpen(holder) : false
    const isFresh = found.turn.takenAt + LEASE_MS > now
    if (holder && isHeld)
      return { isOurs: false, ...(!isFresh && holder.leaseUntil <= now && { lapsed: holder }) }
    // The turn is taken a moment before its run is made.
    if (!holder && isFresh) return { isOurs: false }
  }
  const waiting = await state.listWaitingRuns(chatId)
  const [first] = waiting
  // One that was asked for just now has its own job under way.
  if (first && first.run.promptSeq < promptSeq)
    return { isOurs: false, ...(isOld(first.run, now) && { lapsed: first.run }) }
  return {
    isOurs: await state.writeTurn({ chatId, runId, takenAt: now }, found?.etag),
    waiting: waiting.find(({ run }) => run.runId === runId),
  }
}

const isOld = ({ createdAt }: Run, now: number): boolean => Date.parse(createdAt) + LEASE_MS <= now

/** The job of the run that is next in the chat. */
export async function nextJobs({ state }: LeaseDeps, chatId: string): Promise<BotJob[]> {
  const [next] = await state.listWaitingRuns(chatId)
  return next ? [jobOf(next.run)] : []
}

/** The job that a run was made for. */
export const jobOf = ({ chatId, promptSeq, botId, sibling, askedBy }: Run): BotJob => ({
  chatId,
  seq: promptSeq,
  botId,
  ...(sibling !== undefined && { sibling }),
  ...(askedBy !== undefined && { askedBy }),
})
