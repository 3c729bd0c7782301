// Entries that change more than the log (an edit, a rename, joining, leaving) commit alone: read the tail, check what must
// hold, write both in one batch; on a conflict start over. Order among them is the log's order.

import { type NewEntry, type Position, place, type StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { LogBatch } from '../ports.ts'
import type { Appender } from './append.ts'
import type { AppendDeps } from './append-deps.ts'

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

/**
 * Appends what `decide` returns, or finds what was appended under the same key before.
 * @throws ChatError `chat-not-found`, `chat-closed`, `busy`, why a writer may not write, and what `decide` throws
 */
export async function writeAlone(deps: AloneDeps, { chatId, key, decide }: AloneAsk): Promise<Written> {
  const deadline = deps.time.now() + (deps.deadlineMs ?? 10_000)
  /** The answer to one of our own writes was lost. */
  let unsure = false
  for (let tries = 0; deps.time.now() < deadline; tries++) {
    if (tries > 1) await deps.time.sleep((deps.random() * 100) / tries)
    const tail = await deps.log.readTail(chatId)
    if (!tail) throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
    const before = tries > 0 ? await deps.log.findByKeys(chatId, [key]) : []
    if (before.length > 0) return found(deps, chatId, before, unsure)
    const createdAt = new Date(deps.time.now()).toISOString()
    const write = await decideOrRecall(deps, { chatId, key, decide }, tail, createdAt)
    if (!write) return { entries: await deps.log.findByKeys(chatId, [key]), created: false }
    let previous: Position = tail
    const entries = write.entries.map((entry) => {
      const placed = place(entry, previous, chatId, createdAt)
      previous = placed
      return { ...placed, by: deps.processId }
    })
    const { members, updates, chatUpdate, job, writers = [] } = write
    const batch: LogBatch = { entries, writers, guardSeq: tail.seq, members, updates, chatUpdate, job }
    const outcome = await deps.log.commit(chatId, batch)
    if (outcome.kind === 'committed') {
      deps.appender.learn(chatId, entries.at(-1)!)
      deps.onCommitted(chatId, entries)
      return { entries, created: true }
    }
    if (outcome.kind === 'not-writer') throw await deps.explainRefusal(chatId, outcome.userId)
    if (outcome.kind === 'throttled') await deps.time.sleep(outcome.retryAfterMs)
    unsure ||= outcome.kind === 'unknown'
  }
  throw new ChatError('busy', 'The chat is too busy right now; try again with the same id.')
}

/** What is refused or needless now may be our own doing: a repeated request finds the chat as the first one left it. */
async function decideOrRecall(
  deps: AloneDeps,
  { chatId, key, decide }: AloneAsk,
  tail: StoredEntry,
  at: string,
): Promise<AloneWrite | undefined> {
  try {
    if (tail.type === 'closed') throw new ChatError('chat-closed', `The chat ${chatId} has ended.`)
    return await decide(tail, at)
  } catch (error) {
    if ((await deps.log.findByKeys(chatId, [key])).length > 0) return undefined
    throw error
  }
}

/** Written by us, but perhaps not published: once more does no harm. */
function found(deps: AloneDeps, chatId: string, entries: StoredEntry[], unsure: boolean): Written {
  if (unsure) deps.onCommitted(chatId, entries)
  return { entries, created: unsure }
}
