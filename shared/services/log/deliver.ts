// Delivery: committed entries go out to the chat's group in log order, and `head` says up to where. A push may be lost
// or doubled; what was never pushed is found by comparing `head` with the log, here by the next sender, else by the feed.
import { chatGroup } from '../../domain/chat.ts'
import type { Entry, StoredEntry } from '../../domain/entry.ts'
import type { LogStore } from '../ports/log.ts'
import type { Push } from '../ports/push.ts'
import type { HeadMove, StateStore } from '../ports/state.ts'
import type { Logger, Time } from '../ports/world.ts'
import { mergeMoves, toMove } from './head-move.ts'

export interface DeliverDeps {
  log: LogStore
  state: StateStore
  push: Push
  time: Time
  logger: Logger
  /** The same entries, edits with what they led to. */
  shown(chatId: string, entries: StoredEntry[]): Promise<Entry[]>
  /** The same again, as everybody in the chat may see them. */
  forEverybody(chatId: string, entries: Entry[]): Promise<Entry[]>
  /** The frames that carry these entries, each small enough to push. */
  frames(chatId: string, entries: Entry[]): unknown[]
}

export interface Deliverer {
  /** Publishes a committed batch after everything before it. Resolves when it is out, or was given up. */
  publish(chatId: string, entries: StoredEntry[]): Promise<void>
  /**
   * Publishes what stands in the log beyond `head`, up to `through`. For the feed and the repair queue.
   * @throws ChatError `unavailable`
   */
  repair(chatId: string, through: number): Promise<void>
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>
}

/** Either entries to publish or, for a repair, the seq up to which the log is to be out. */
interface Task {
  entries: StoredEntry[]
  through: number
  resolve(): void
  reject(error: unknown): void
}

interface Outlet {
  /** Published up to here, as far as this process knows. */
  head: number
  waiting: Task[]
  /** One publish at a time per chat. An outlet in use is never forgotten, or order would be. */
  working: boolean
  move: HeadMove | undefined
  moving: Promise<void> | undefined
}

const WAIT_MS = [15, 35]
const READ_AT_ONCE = 500
const MAX_OUTLETS = 10_000

export function createDeliverer(deps: DeliverDeps): Deliverer {
  const outlets = new Map<string, Outlet>()
  const inFlight = new Set<Promise<void>>()

  function outletOf(chatId: string): Outlet {
    let outlet = outlets.get(chatId)
    if (!outlet) {
      if (outlets.size >= MAX_OUTLETS) dropIdleOutlet(outlets)
      outlet = { head: 0, waiting: [], working: false, move: undefined, moving: undefined }
      outlets.set(chatId, outlet)
    }
    return outlet
  }

  function enqueue(chatId: string, entries: StoredEntry[], through: number): Promise<void> {
    const outlet = outletOf(chatId)
    const done = new Promise<void>((resolve, reject) => {
      outlet.waiting.push({ entries, through, resolve, reject })
    })
    if (!outlet.working) void work(deps, chatId, outlet)
    inFlight.add(done)
    const forget = () => void inFlight.delete(done)
    done.then(forget, forget)
    return done
  }

  return {
    publish: (chatId, entries) =>
      enqueue(chatId, entries, entries.at(-1)!.seq).catch((error) => {
        deps.logger('warn', 'publish.failed', { chatId, seq: entries[0]!.seq, error: String(error) })
      }),
    async repair(chatId, through) {
      const outlet = outletOf(chatId)
      const head = await deps.state.readHead(chatId)
      if (!head || head.seq >= through) return
      // Whatever this process believed, the stored head is what everybody goes by.
      outlet.head = head.seq
      await enqueue(chatId, [], through)
      await outlet.moving
      deps.logger('info', 'delivery.repaired', { chatId, from: head.seq + 1, through })
    },
    async idle() {
      await Promise.allSettled(inFlight)
      for (const outlet of outlets.values()) await outlet.moving
    },
  }
}

/** What waits while one publish is under way is the next one: an outage makes one backlog, not a queue of failures. */
async function work(deps: DeliverDeps, chatId: string, outlet: Outlet): Promise<void> {
  outlet.working = true
  while (outlet.waiting.length > 0) {
    const tasks = outlet.waiting.splice(0)
    try {
      await publishAll(deps, chatId, outlet, tasks)
      for (const task of tasks) task.resolve()
    } catch (error) {
      for (const task of tasks) task.reject(error)
    }
  }
  outlet.working = false
}

async function publishAll(deps: DeliverDeps, chatId: string, outlet: Outlet, tasks: Task[]): Promise<void> {
  const entries = tasks.flatMap((task) => task.entries).sort((a, b) => a.seq - b.seq)
  const first = entries[0]?.seq
  const through = Math.max(...tasks.map((task) => task.through))
  const before = first === undefined ? through : first - 1
  // Somebody else's entries are theirs to publish for a moment; a repair comes when that moment is over.
  if (first !== undefined) await waitForHead(deps, chatId, outlet, before)
  while (outlet.head < before) {
    const missing = await deps.log.readFrom(chatId, outlet.head + 1, READ_AT_ONCE)
    const due = missing.filter(({ seq }) => seq <= before)
    if (due.length === 0) break
    await publish(deps, chatId, outlet, due)
  }
  if (entries.length > 0) await publish(deps, chatId, outlet, entries)
}

async function publish(
  deps: DeliverDeps,
  chatId: string,
  outlet: Outlet,
  entries: StoredEntry[],
): Promise<void> {
  const shown = await deps.shown(chatId, entries)
  const said = await deps.forEverybody(chatId, shown)
  for (const frame of deps.frames(chatId, said)) await deps.push.toGroup(chatGroup(chatId), frame)
  outlet.head = Math.max(outlet.head, entries.at(-1)!.seq)
  outlet.move = mergeMoves(outlet.move, toMove(shown))
  outlet.moving ??= moveHead(deps, chatId, outlet).finally(() => {
    outlet.moving = undefined
  })
}

/** Up to 50 ms for whoever committed what stands before. */
async function waitForHead(deps: DeliverDeps, chatId: string, outlet: Outlet, before: number): Promise<void> {
  for (const wait of [0, ...WAIT_MS]) {
    if (outlet.head >= before) return
    if (wait > 0) await deps.time.sleep(wait)
    const head = await deps.state.readHead(chatId)
    if (head) outlet.head = Math.max(outlet.head, head.seq)
  }
}

/** One head write in flight per chat; moves that meet are one write. A failure is mended by the next, or by the feed. */
async function moveHead(deps: DeliverDeps, chatId: string, outlet: Outlet): Promise<void> {
  while (outlet.move) {
    const move = outlet.move
    outlet.move = undefined
    try {
      await deps.state.advanceHead(chatId, move)
    } catch (error) {
      deps.logger('warn', 'head.failed', { chatId, seq: move.seq, error: String(error) })
    }
  }
}

function dropIdleOutlet(outlets: Map<string, Outlet>): void {
  for (const [chatId, outlet] of outlets) {
    if (outlet.working || outlet.moving) continue
    outlets.delete(chatId)
    return
  }
}
