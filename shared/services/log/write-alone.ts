// Entries that change more than the log (an edit, a rename, joining, leaving) commit alone: check what must hold, write both
// in one batch; on a conflict start over. Order among them is the log's order. They take turns with this process's
// batches of messages, so that only other processes can come between the check and the commit.

import { type NewEntry, type Position, place, type StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { LogBatch } from '../ports/log.ts'
import type { Appender } from './append.ts'
import type { AppendDeps } from './append-deps.ts'
import { type Lane, learnRivals, learnTail, rivalCount, tailIsStale } from './lane.ts'
import { pause } from './pause.ts'
import { chatClosed, chatIsFull } from './settle.ts'

export interface AloneDeps extends AppendDeps {
  appender: Appender
}

export interface AloneWrite extends Pick<LogBatch, 'members' | 'updates' | 'chatUpdate' | 'job'> {
  entries: NewEntry[]
  /** Who must be allowed to write when the batch commits. */
  writers?: string[]
}

export interface AloneAsk {
  chatId: string
  /** The key of the first entry: tells our own write when its answer was lost, and a repeated one from a new one. */
  key: string
  /**
   * What `decide` returns holds wherever in the log it lands, since all it depends on is checked by the batch itself: a
   * race lost to another entry need not be decided again.
   */
  anywhere?: boolean
  /**
   * What to write for the tail as it stands. Runs again after every lost race, so what it checks still holds when the
   * batch commits; undefined means that there is nothing left to do. `at` is when the entries will say they were made.
   */
  decide(tail: Position, at: string): Promise<AloneWrite | undefined>
}

export interface Written {
  entries: StoredEntry[]
  /** False when there was nothing to do, or it had been done under this key before. */
  created: boolean
}

/** What one write has been through so far. */
interface Course extends AloneAsk {
  /** Lost races. */
  losses: number
  /** The answer to one of our own writes was lost. */
  unsure: boolean
  decided: { write: AloneWrite; at: string } | undefined
}

const DEADLINE_MS = 10_000
/** Then whoever else waits for the chat in this process has a turn. */
const TRIES_PER_TURN = 3
/** A tail seen this long ago is worth a try when nobody else was seen writing. */
const TRUST_MS = 1_000

/**
 * Appends what `decide` returns, or finds what was appended under the same key before.
 * @throws ChatError `chat-not-found`, `chat-closed`, `busy`, why a writer may not write, and what `decide` throws
 */
export async function writeAlone(deps: AloneDeps, ask: AloneAsk): Promise<Written> {
  const deadline = deps.time.now() + (deps.deadlineMs ?? DEADLINE_MS)
  const course: Course = { ...ask, losses: 0, unsure: false, decided: undefined }
  while (deps.time.now() < deadline) {
    const written = await deps.appender.alone(ask.chatId, async (lane) => {
      for (let tries = 0; tries < TRIES_PER_TURN && deps.time.now() < deadline; tries++) {
        const written = await attempt(deps, lane, course)
        if (written) return written
      }
      return undefined
    })
    if (written) return written
  }
  throw new ChatError('busy', 'The chat is too busy right now; try again with the same id.')
}

/** One try; undefined when it is worth another. */
async function attempt(deps: AloneDeps, lane: Lane, course: Course): Promise<Written | undefined> {
  const { chatId, key, losses } = course
  // A winner waits like a loser, or it would win for ever; the first loser tries again at once.
  const waits = losses === 0 ? rivalCount(lane, deps.time.now()) > 0 : losses > 1
  if (waits) await pause(deps, lane, Math.max(losses, 2))
  if (course.unsure) {
    const before = await deps.log.findByKeys(chatId, [key])
    if (before.length > 0) return found(deps, course, before)
  }
  const tail = await knownTail(deps, lane)
  const decided = course.decided ?? (await decideOrRecall(deps, lane, course, tail))
  if (!decided) return { entries: await deps.log.findByKeys(chatId, [key]), created: false }
  course.decided = course.anywhere ? decided : undefined
  const entries = placed(deps, chatId, decided, tail)
  const { members, updates, chatUpdate, job, writers = [] } = decided.write
  const batch = { entries, writers, guardSeq: tail.seq, members, updates, chatUpdate, job }
  const outcome = await deps.log.commit(chatId, batch)
  switch (outcome.kind) {
    case 'committed':
      learnTail(lane, entries.at(-1)!, deps.time.now())
      deps.onCommitted(chatId, entries)
      return { entries, created: true }
    case 'not-writer':
      throw await deps.explainRefusal(chatId, outcome.userId)
    case 'full':
      throw chatIsFull(chatId)
    case 'conflict':
      course.losses++
      return settleConflict(deps, lane, course, tail)
    case 'throttled':
      await deps.time.sleep(outcome.retryAfterMs * (1 + deps.random()))
      return undefined
    case 'unknown':
      course.unsure = true
      await deps.time.sleep(20 + deps.random() * 80)
      lane.tail = undefined
      return undefined
    case 'gap':
      lane.tail = undefined
      return undefined
    case 'stale':
    case 'member-conflict':
      course.losses++
      course.decided = undefined
      lane.tail = undefined
      return undefined
  }
}

/** 409 says that the number was taken or the key was. What stands from there on shows the tail and, mostly, the duplicate. */
async function settleConflict(
  deps: AloneDeps,
  lane: Lane,
  course: Course,
  guess: Position,
): Promise<Written | undefined> {
  const { chatId, key } = course
  const since = await deps.log.readFrom(chatId, guess.seq + 1, 1_000)
  const last = since.at(-1)
  if (last) {
    learnRivals(lane, since, deps.processId, deps.time.now())
    learnTail(lane, last, deps.time.now())
  }
  const own = since.filter(({ dedupeKey }) => dedupeKey === key)
  // Where others write without a break, an old duplicate is never the only thing that stands in the way.
  const look = own.length === 0 && (!last || course.losses % 3 === 0)
  const before = look ? await deps.log.findByKeys(chatId, [key]) : own
  return before.length > 0 ? found(deps, course, before) : undefined
}

/** What this process wrote or read a moment ago is taken for the tail; the batch finds out. */
async function knownTail(deps: AloneDeps, lane: Lane): Promise<Position> {
  const now = deps.time.now()
  if (lane.tail && now - lane.tailAt < TRUST_MS && !tailIsStale(lane, now)) return lane.tail
  const tail = await deps.log.readTail(lane.chatId)
  if (!tail) throw new ChatError('chat-not-found', `There is no chat ${lane.chatId}.`)
  learnRivals(lane, [tail], deps.processId, now)
  learnTail(lane, tail, now)
  return tail
}

/** What is refused or needless now may be our own doing: a repeated request finds the chat as the first one left it. */
async function decideOrRecall(
  deps: AloneDeps,
  lane: Lane,
  { chatId, key, decide }: AloneAsk,
  tail: Position,
): Promise<Course['decided']> {
  const at = new Date(deps.time.now()).toISOString()
  try {
    const write = await decide(tail, at)
    // Said to those only who might have done it: for others there is no chat that could have ended.
    if (write && lane.closed) throw chatClosed(chatId)
    return write && { write, at }
  } catch (error) {
    if ((await deps.log.findByKeys(chatId, [key])).length > 0) return undefined
    throw error
  }
}

function placed(
  deps: AloneDeps,
  chatId: string,
  { write, at }: NonNullable<Course['decided']>,
  tail: Position,
): StoredEntry[] {
  let previous = tail
  return write.entries.map((entry) => {
    const next = place(entry, previous, chatId, at)
    previous = next
    return { ...next, by: deps.processId }
  })
}

/** Written by us, but perhaps not published: once more does no harm. */
function found(deps: AloneDeps, { chatId, unsure }: Course, entries: StoredEntry[]): Written {
  if (unsure) deps.onCommitted(chatId, entries)
  return { entries, created: unsure }
}
