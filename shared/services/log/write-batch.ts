// One group commit: number the entries, try the batch, and go on until every append is answered.

import { type Position, place, type StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { AppendDeps } from './append-deps.ts'
import {
  type Lane,
  learnRivals,
  learnTail,
  MAX_OPERATIONS,
  MIN_OPERATIONS,
  type Pending,
  rivalCount,
  tailIsStale,
} from './lane.ts'
import { pause } from './pause.ts'
import { chatIsFull, settleByKey, settleExpired, settleFound, settleRefused } from './settle.ts'

/** Writes until every entry of the batch is answered: stored, found, refused or out of time. */
export async function writeBatch(deps: AppendDeps, lane: Lane, batch: Pending[]): Promise<void> {
  let open = batch
  let conflicts = 0
  // A winner waits like a loser, or it would win for ever.
  if (rivalCount(lane, deps.time.now()) > 0) await pause(deps, lane, 2)
  for (;;) {
    open = settleExpired(open, deps.time.now())
    if (open.length === 0) return
    const tail = await knownTail(deps, lane, open)
    if (lane.closed) return refuseClosed(deps, lane.chatId, await settleByKey(deps.log, lane.chatId, open))
    const entries = number(deps, lane.chatId, open, tail)
    const started = deps.time.now()
    const outcome = await deps.log.commit(lane.chatId, {
      entries,
      writers: [...new Set(entries.map((entry) => entry.senderId))],
      guardSeq: tail.seq,
    })
    switch (outcome.kind) {
      case 'committed': {
        const now = deps.time.now()
        lane.commitMs = 0.8 * lane.commitMs + 0.2 * (now - started)
        lane.limit = Math.min(MAX_OPERATIONS, lane.limit * 2)
        learnTail(lane, entries.at(-1)!, now)
        deps.onCommitted(lane.chatId, entries)
        open.forEach((pending, i) => {
          pending.resolve({ entry: entries[i]!, created: true })
        })
        return
      }
      case 'conflict':
        lane.limit = Math.max(MIN_OPERATIONS, Math.floor(lane.limit / 2))
        // The first loser tries again at once. After the pause one query shows both the tail and who was stored already.
        if (++conflicts > 1) await pause(deps, lane, conflicts)
        open = await settleConflict(deps, lane, open, tail)
        break
      case 'not-writer':
        open = settleRefused(open, outcome.userId, await deps.explainRefusal(lane.chatId, outcome.userId))
        break
      case 'gap':
        lane.tail = undefined
        await readTail(deps, lane)
        break
      case 'unknown':
        open = await settleByKey(deps.log, lane.chatId, open)
        await deps.time.sleep(20 + deps.random() * 80)
        lane.tail = undefined
        break
      case 'throttled':
        await deps.time.sleep(outcome.retryAfterMs * (1 + deps.random()))
        break
      case 'full':
        open = await settleByKey(deps.log, lane.chatId, open)
        for (const pending of open) pending.reject(chatIsFull(lane.chatId))
        return
      case 'stale':
      case 'member-conflict':
        throw new ChatError('internal', 'A message batch changes nothing that is there.')
    }
  }
}

async function knownTail(deps: AppendDeps, lane: Lane, open: Pending[]): Promise<Position> {
  const hint = Math.max(...open.map((pending) => pending.hint))
  if (hint > (lane.tail?.seq ?? 0)) await readHinted(deps, lane, hint)
  if (!lane.tail || tailIsStale(lane, deps.time.now())) await readTail(deps, lane)
  return lane.tail!
}

/** Nothing new follows the end; what was sent before it is still found by its key. */
async function refuseClosed(deps: AppendDeps, chatId: string, open: Pending[]): Promise<void> {
  for (const pending of open) pending.reject(await deps.explainRefusal(chatId, pending.entry.senderId))
}

/** A hint saves the query for the tail. The count of messages there is the store's word, never the client's. */
async function readHinted(deps: AppendDeps, lane: Lane, hint: number): Promise<void> {
  const entry = await deps.log.readEntry(lane.chatId, hint)
  if (entry) learnTail(lane, entry, deps.time.now())
}

async function readTail(deps: AppendDeps, lane: Lane): Promise<void> {
  const tail = await deps.log.readTail(lane.chatId)
  if (!tail) throw new ChatError('chat-not-found', `There is no chat ${lane.chatId}.`)
  learnRivals(lane, [tail], deps.processId, deps.time.now())
  learnTail(lane, tail, deps.time.now())
}

function number(deps: AppendDeps, chatId: string, open: Pending[], tail: Position): StoredEntry[] {
  const createdAt = new Date(deps.time.now()).toISOString()
  let previous = tail
  return open.map(({ entry }) => {
    const placed = place(entry, previous, chatId, createdAt)
    previous = placed
    return { ...placed, by: deps.processId }
  })
}

/** 409 says that the number was taken or the key was. What stands from the guess on shows the tail and, mostly, the duplicate. */
async function settleConflict(
  deps: AppendDeps,
  lane: Lane,
  open: Pending[],
  guess: Position,
): Promise<Pending[]> {
  const found = await deps.log.readFrom(lane.chatId, guess.seq + 1, 1_000)
  const last = found.at(-1)
  if (!last) return settleByKey(deps.log, lane.chatId, open)
  learnRivals(lane, found, deps.processId, deps.time.now())
  learnTail(lane, last, deps.time.now())
  return settleFound(open, found)
}
