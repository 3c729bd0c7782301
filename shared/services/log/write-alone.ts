// Entries that change more than the log (joining, leaving, a rename) commit alone: read the tail, check what must hold,
// write both in one batch; on a conflict start over. Order among them is the log's order.

import { type NewEntry, type Position, place, type StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { MemberChange } from '../ports.ts'
import type { Appender } from './append.ts'
import type { AppendDeps } from './append-deps.ts'

export interface AloneWrite {
  entries: NewEntry[]
  members?: MemberChange[]
}

/**
 * Appends what `decide` returns for the tail as it stands. `decide` runs again after every lost race, so what it
 * checks still holds when the batch commits; returning undefined means there is nothing left to do.
 * @throws ChatError `chat-not-found`, `chat-closed`, `busy`, and what `decide` throws
 */
export async function writeAlone(
  deps: AppendDeps,
  appender: Appender,
  chatId: string,
  decide: (tail: Position) => Promise<AloneWrite | undefined>,
): Promise<StoredEntry[]> {
  const deadline = deps.time.now() + (deps.deadlineMs ?? 10_000)
  for (let tries = 0; deps.time.now() < deadline; tries++) {
    if (tries > 1) await deps.time.sleep((deps.random() * 100) / tries)
    const tail = await deps.log.readTail(chatId)
    if (!tail) throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
    if (tail.type === 'closed') throw new ChatError('chat-closed', `The chat ${chatId} has ended.`)
    const write = await decide(tail)
    if (!write) return []
    const createdAt = new Date(deps.time.now()).toISOString()
    let previous: Position = tail
    const entries = write.entries.map((entry) => {
      const placed = place(entry, previous, chatId, createdAt)
      previous = placed
      return { ...placed, by: deps.processId }
    })
    const outcome = await deps.log.commit(chatId, {
      entries,
      writers: [],
      guardSeq: tail.seq,
      members: write.members,
    })
    if (outcome.kind === 'committed') {
      appender.learn(chatId, entries.at(-1)!)
      deps.onCommitted(chatId, entries)
      return entries
    }
    if (outcome.kind === 'throttled') await deps.time.sleep(outcome.retryAfterMs)
  }
  throw new ChatError('busy', 'The chat is too busy right now; try again.')
}
