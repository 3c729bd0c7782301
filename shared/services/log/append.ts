// Appending messages to a chat's log. The next entry's id is its number, so the store itself decides who wins; appends
// that meet in one process share one batch (group commit). Guarantees: numbers without a gap, each key once, an entry
// that was acknowledged is stored. Losing a race costs time, never order.
import { type NewEntry, sameEntry } from '../../domain/entry.ts'
import type { AppendDeps } from './append-deps.ts'
import { type Appended, createLane, type Lane } from './lane.ts'
import { idReused } from './settle.ts'
import { takeBatch } from './take-batch.ts'
import { writeBatch } from './write-batch.ts'

export interface Appender {
  /**
   * Appends a message, or finds the one that was appended under the same key.
   * @param hint the last seq the client knows, 0 for none
   * @throws ChatError `chat-not-found`, `forbidden`, `chat-closed`, `id-reused`, `busy`
   */
  append(chatId: string, entry: NewEntry, hint?: number): Promise<Appended>
  /** Runs `work` while nothing else of this process is being written to the chat. It must not append there itself. */
  alone<T>(chatId: string, work: (lane: Lane) => Promise<T>): Promise<T>
}

const MAX_LANES = 10_000
const DEADLINE_MS = 10_000

export function createAppender(deps: AppendDeps): Appender {
  const lanes = new Map<string, Lane>()

  function laneOf(chatId: string): Lane {
    let lane = lanes.get(chatId)
    if (!lane) {
      if (lanes.size >= MAX_LANES) dropIdleLane(lanes)
      lane = createLane(chatId)
      lanes.set(chatId, lane)
    }
    return lane
  }

  return {
    alone(chatId, work) {
      const lane = laneOf(chatId)
      return new Promise((resolve, reject) => {
        lane.alone.push(() => work(lane).then(resolve, reject))
        if (!lane.running) void runLane(deps, lane)
      })
    },
    append(chatId, entry, hint = 0) {
      const lane = laneOf(chatId)
      const twin = lane.pending.get(entry.dedupeKey)
      if (twin) return joinTwin(twin, entry)
      const deadline = deps.time.now() + (deps.deadlineMs ?? DEADLINE_MS)
      const result = new Promise<Appended>((resolve, reject) => {
        lane.waiting.push({ entry, hint, deadline, resolve, reject })
      }).finally(() => lane.pending.delete(entry.dedupeKey))
      lane.pending.set(entry.dedupeKey, { entry, result })
      if (!lane.running) void runLane(deps, lane)
      return result
    },
  }
}

/** A request repeated while the first is under way in this process gets the first one's answer. */
async function joinTwin(
  twin: { entry: NewEntry; result: Promise<Appended> },
  entry: NewEntry,
): Promise<Appended> {
  const { entry: stored } = await twin.result
  if (!sameEntry(stored, entry)) throw idReused(entry)
  return { entry: stored, created: false }
}

/** One batch in flight per chat: what arrives meanwhile becomes the next batch. */
async function runLane(deps: AppendDeps, lane: Lane): Promise<void> {
  lane.running = true
  // Requests that arrive in the same turn of the event loop share the first batch.
  await Promise.resolve()
  while (lane.waiting.length > 0 || lane.alone.length > 0) {
    // Taking turns, neither keeps the other waiting for ever.
    await lane.alone.shift()?.()
    if (lane.waiting.length === 0) continue
    const batch = takeBatch(lane.waiting, lane.limit)
    try {
      await writeBatch(deps, lane, batch)
    } catch (error) {
      for (const pending of batch) pending.reject(error)
    }
  }
  lane.running = false
}

function dropIdleLane(lanes: Map<string, Lane>): void {
  for (const [chatId, lane] of lanes) {
    if (lane.running) continue
    lanes.delete(chatId)
    return
  }
}
