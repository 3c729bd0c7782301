// Delivery: committed entries go out to the chat's group in log order, and `head` says up to where. A push may be lost
// or doubled; what was never pushed is found by comparing `head` with the log, here by the next sender, else by the feed.
import type { Head } from '../../domain/chat.ts'
import { chatGroup } from '../../domain/chat.ts'
import { type Entry, preview, type StoredEntry } from '../../domain/entry.ts'
import type { HeadMove, Logger, LogStore, Push, StateStore, Time } from '../ports.ts'

export interface DeliverDeps {
  log: LogStore
  state: StateStore
  push: Push
  time: Time
  logger: Logger
  /** The frames that carry these entries, each small enough to push. */
  frames(chatId: string, entries: Entry[]): unknown[]
}

export interface Deliverer {
  /** Publishes a committed batch after everything before it. Resolves when it is out, or was given up. */
  publish(chatId: string, entries: StoredEntry[]): Promise<void>
  /** Publishes whatever stands in the log beyond `head`, up to `through` at least. For the feed and the repair queue. */
  repair(chatId: string, through: number): Promise<void>
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>
}

interface Outlet {
  /** Published up to here, as far as this process knows. */
  head: number
  last: Promise<void>
  /** Publishes under way: an outlet in use is never forgotten, or order would be. */
  busy: number
  move: HeadMove | undefined
  moving: Promise<void> | undefined
}

const WAIT_MS = [5, 15, 30]
const MAX_OUTLETS = 10_000

export function createDeliverer(deps: DeliverDeps): Deliverer {
  const outlets = new Map<string, Outlet>()

  function outletOf(chatId: string): Outlet {
    let outlet = outlets.get(chatId)
    if (!outlet) {
      if (outlets.size >= MAX_OUTLETS) dropIdleOutlet(outlets)
      outlet = { head: 0, last: Promise.resolve(), busy: 0, move: undefined, moving: undefined }
      outlets.set(chatId, outlet)
    }
    return outlet
  }

  /** One publish at a time per chat, in the order of the calls. */
  function inTurn(outlet: Outlet, work: () => Promise<void>): Promise<void> {
    outlet.busy++
    outlet.last = outlet.last.then(work, work).finally(() => {
      outlet.busy--
    })
    return outlet.last
  }

  async function publishAfterHead(chatId: string, outlet: Outlet, entries: StoredEntry[]): Promise<void> {
    const first = entries[0]!.seq
    const missing = await waitForHead(deps, chatId, outlet, first - 1)
    const all = missing ? [...missing, ...entries] : entries
    await pushAll(deps, chatId, all)
    outlet.head = Math.max(outlet.head, all.at(-1)!.seq)
    outlet.move = mergeMoves(outlet.move, toMove(all))
    outlet.moving ??= moveHead(deps, chatId, outlet).finally(() => {
      outlet.moving = undefined
    })
  }

  return {
    publish: (chatId, entries) => {
      const outlet = outletOf(chatId)
      return inTurn(outlet, () => publishAfterHead(chatId, outlet, entries)).catch((error) => {
        deps.logger('warn', 'publish.failed', { chatId, seq: entries[0]!.seq, error: String(error) })
      })
    },
    async repair(chatId, through) {
      const outlet = outletOf(chatId)
      await inTurn(outlet, async () => {
        const head = await deps.state.readHead(chatId)
        if (!head) return
        outlet.head = Math.max(outlet.head, head.seq)
        if (head.seq >= through) return
        const missing = await readBetween(deps, chatId, head.seq + 1, through)
        if (missing.length === 0) return
        await pushAll(deps, chatId, missing)
        await deps.state.advanceHead(chatId, toMove(missing))
        outlet.head = Math.max(outlet.head, missing.at(-1)!.seq)
        deps.logger('info', 'delivery.repaired', { chatId, from: head.seq + 1, through: missing.at(-1)!.seq })
      })
      await outlet.moving
    },
    async idle() {
      for (const outlet of outlets.values()) {
        await outlet.last.catch(() => undefined)
        await outlet.moving
      }
    },
  }
}

/**
 * Waits up to 50 ms for the head to reach `before`; then returns the entries that whoever committed them has not
 * published, for us to publish first.
 */
async function waitForHead(
  deps: DeliverDeps,
  chatId: string,
  outlet: Outlet,
  before: number,
): Promise<StoredEntry[] | undefined> {
  if (outlet.head >= before) return undefined
  let head: Head | undefined
  for (const wait of [0, ...WAIT_MS]) {
    if (wait > 0) await deps.time.sleep(wait)
    head = await deps.state.readHead(chatId)
    if (head) outlet.head = Math.max(outlet.head, head.seq)
    if (outlet.head >= before) return undefined
  }
  return readBetween(deps, chatId, outlet.head + 1, before)
}

const READ_AT_ONCE = 500

async function readBetween(
  deps: DeliverDeps,
  chatId: string,
  from: number,
  through: number,
): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = []
  for (let next = from; next <= through; next = entries.at(-1)!.seq + 1) {
    const found = await deps.log.readFrom(chatId, next, READ_AT_ONCE)
    if (found.length === 0) break
    entries.push(...found.filter(({ seq }) => seq <= through))
  }
  return entries
}

async function pushAll(deps: DeliverDeps, chatId: string, entries: Entry[]): Promise<void> {
  for (const frame of deps.frames(chatId, entries)) await deps.push.toGroup(chatGroup(chatId), frame)
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
    if (outlet.busy > 0 || outlet.moving) continue
    outlets.delete(chatId)
    return
  }
}

function toMove(entries: Entry[]): HeadMove {
  const last = entries.at(-1)!
  const sent: HeadMove['sent'] = {}
  let shown: string | undefined
  let memberCount: number | undefined
  for (const entry of entries) {
    if (entry.type === 'member') memberCount = entry.memberCount
    if (entry.type !== 'message') continue
    sent[entry.senderId] = { seq: entry.seq, n: entry.n, at: entry.createdAt }
    shown = preview(entry.content)
  }
  const { seq, n, createdAt: at, senderId } = last
  return { seq, n, at, senderId, preview: shown, memberCount, sent }
}

function mergeMoves(earlier: HeadMove | undefined, later: HeadMove): HeadMove {
  if (!earlier) return later
  return {
    ...later,
    preview: later.preview ?? earlier.preview,
    memberCount: later.memberCount ?? earlier.memberCount,
    sent: { ...earlier.sent, ...later.sent },
  }
}
