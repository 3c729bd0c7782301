// History: messages as they stand, and the log as it happened, both clamped to what the member may see.
import { fitting, PAGE_BYTES } from '../../domain/budget.ts'
import { START, visibleFrom } from '../../domain/chat.ts'
import type { Entry, MessageEntry, Position } from '../../domain/entry.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership, refuseOver } from '../chats/read-chat.ts'
import { withTargets } from '../log/with-targets.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'
import { withReadAt } from './with-read-at.ts'

export interface ReadDeps {
  log: LogStore
  state: StateStore
  inbox: InboxStore
}

export interface Page {
  before?: number | undefined
  after?: number | undefined
  limit: number
}

/** @throws ChatError `chat-not-found` */
export async function listMessages(
  deps: ReadDeps,
  actor: Actor,
  { chatId, ...page }: Page & { chatId: string },
): Promise<{ messages: MessageEntry[]; head: Position; more: boolean }> {
  const item = await readMembership(deps.inbox, actor, chatId)
  const read = (from: number) => deps.log.listMessages(chatId, { ...page, from, limit: page.limit + 1 })
  const [all, head] = await Promise.all([read(visibleFrom(item, undefined)), deps.state.readHead(chatId)])
  refuseOver(head, chatId)
  const visible = visibleFrom(item, head)
  const forward = page.after !== undefined && page.before === undefined
  // What was cleared for everybody may fill a page that goes forward, and hide what stands behind it.
  const hides = forward && all.some(({ seq }) => seq < visible)
  const found = hides ? await read(visible) : all.filter(({ seq }) => seq >= visible)
  const limited = forward ? found.slice(0, page.limit) : found.slice(-page.limit)
  const fit = fitting(limited, PAGE_BYTES, forward ? 'front' : 'back')
  const more = fit.length < found.length
  const messages = await withReadAt(deps, item, head, fit)
  return { messages, head: { seq: head?.seq ?? START.seq, n: head?.n ?? START.n }, more }
}

/** @throws ChatError `chat-not-found` */
export async function readLog(
  deps: ReadDeps,
  actor: Actor,
  { chatId, after = 0, limit }: { chatId: string; after?: number | undefined; limit: number },
): Promise<{ entries: Entry[]; more: boolean }> {
  const [item, head] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.state.readHead(chatId),
  ])
  refuseOver(head, chatId)
  const visible = visibleFrom(item, head)
  const found = await deps.log.readFrom(chatId, Math.max(after + 1, visible), limit + 1)
  const entries = fitting(await withTargets(deps.log, chatId, found.slice(0, limit), visible), PAGE_BYTES)
  return { entries, more: entries.length < found.length }
}
