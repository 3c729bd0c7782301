// What one process knows of one chat's log: where the tail is, how busy other writers are, what waits to be written.
import type { NewEntry, Position, StoredEntry } from '../../domain/entry.ts'

export interface Pending {
  entry: NewEntry
  /** The last seq the client knew, 0 for none. */
  hint: number
  deadline: number
  resolve(result: Appended): void
  reject(error: unknown): void
}

export interface Appended {
  entry: StoredEntry
  /** False when the same append had been made before. */
  created: boolean
}

export interface Lane {
  chatId: string
  waiting: Pending[]
  /** What wants the chat for itself for a moment, in the order of asking. None of it rejects. */
  alone: (() => Promise<void>)[]
  /** Appends under way by key, so that a doubled request in this process joins the first. */
  pending: Map<string, { entry: NewEntry; result: Promise<Appended> }>
  running: boolean
  /** The tail as last confirmed, and when. */
  tail: Position | undefined
  tailAt: number
  /** The tail ends the chat: nothing follows. */
  closed: boolean
  /** Entries per second that others write, smoothed. */
  foreignRate: number
  /** Processes seen writing besides this one, and when last. */
  rivals: Set<string>
  rivalsAt: number
  /** How many operations the next batch may have. */
  limit: number
  /** Smoothed duration of one commit, milliseconds. */
  commitMs: number
}

export const MAX_OPERATIONS = 100
export const MIN_OPERATIONS = 8
const RIVAL_MEMORY_MS = 1_000

export function createLane(chatId: string): Lane {
  return {
    chatId,
    waiting: [],
    alone: [],
    pending: new Map(),
    running: false,
    tail: undefined,
    tailAt: 0,
    closed: false,
    foreignRate: 0,
    rivals: new Set(),
    rivalsAt: 0,
    limit: MAX_OPERATIONS,
    commitMs: 10,
  }
}

/** Only confirmed knowledge moves the tail, and only forward. */
export function learnTail(lane: Lane, tail: StoredEntry, now: number): void {
  if (lane.tail && lane.tail.seq > tail.seq) return
  lane.tail = { seq: tail.seq, n: tail.n }
  lane.closed = tail.type === 'closed'
  lane.tailAt = now
}

/** Notes entries of other processes found at the tail: their pace decides whether the next guess is worth a try. */
export function learnRivals(lane: Lane, found: StoredEntry[], self: string, now: number): void {
  const recent = (entry: StoredEntry): boolean => now - Date.parse(entry.createdAt) < RIVAL_MEMORY_MS
  const foreign = found.filter((entry) => entry.by !== self && recent(entry))
  if (now - lane.rivalsAt > RIVAL_MEMORY_MS) lane.rivals.clear()
  if (foreign.length === 0) return
  for (const entry of foreign) lane.rivals.add(entry.by)
  const seconds = Math.max((now - lane.tailAt) / 1_000, 0.005)
  lane.foreignRate = 0.5 * lane.foreignRate + 0.5 * (foreign.length / seconds)
  lane.rivalsAt = now
}

/** How many other processes wrote here within the last second. */
export const rivalCount = (lane: Lane, now: number): number =>
  now - lane.rivalsAt > RIVAL_MEMORY_MS ? 0 : lane.rivals.size

/** Whether others have probably moved the tail since it was seen: 0.3 entries or more expected. */
export function tailIsStale(lane: Lane, now: number): boolean {
  if (rivalCount(lane, now) === 0) return false
  return lane.foreignRate * ((now - lane.tailAt) / 1_000) > 0.3
}
