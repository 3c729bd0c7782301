// From any past to the present: what happened in each of my chats since the last seq I know, and which chats I lost.
import { fitting, jsonBytes, PAGE_BYTES } from '../domain/budget.ts'
import {
  chatGroup,
  currentReceipts,
  type InboxItem,
  isHidden,
  RECEIPTS_UP_TO,
  type Receipt,
  visibleFrom,
} from '../domain/chat.ts'
import type { Entry, MessageEntry } from '../domain/entry.ts'
import type { Actor } from '../domain/user.ts'
import { viewAll } from './chats/read-chat.ts'
import type { ChatView } from './chats/view.ts'
import { joinGroups } from './connect.ts'
import { withTargets } from './log/with-targets.ts'
import { withReadAt } from './messages/with-read-at.ts'
import type { InboxStore } from './ports/inbox.ts'
import type { LogStore } from './ports/log.ts'
import type { Push } from './ports/push.ts'
import type { StateStore } from './ports/state.ts'
import type { Logger, Time } from './ports/world.ts'
import { goOn, parseSince } from './sync-since.ts'

export interface SyncDeps {
  log: LogStore
  state: StateStore
  inbox: InboxStore
  push: Push
  time: Time
  logger: Logger
}

export interface SyncedChat {
  view: ChatView
  /** What happened after the last seq the client knows, or … */
  entries?: Entry[]
  /** … the newest messages, when that is too much: the client starts this chat anew. */
  snapshot?: MessageEntry[]
  receipts: Receipt[]
  more: boolean
}

export interface Synced {
  chats: SyncedChat[]
  removed: string[]
  since: string
  more: boolean
}

/** Beyond this many entries a snapshot is cheaper for both sides. */
const MAX_ENTRIES = 500
const SNAPSHOT_MESSAGES = 50
const INBOX_PAGE = 100
const AT_ONCE = 4

/**
 * `chats` maps each chat the client holds to the last seq it knows; `since` is what the last answer said:
 * the time of a finished sync, or where an unfinished one goes on.
 * Also puts the asking connection into the groups of its chats and out of those it lost.
 */
export async function sync(
  deps: SyncDeps,
  actor: Actor,
  { since, chats = {} }: { since?: string | undefined; chats?: Record<string, number> | undefined },
): Promise<Synced> {
  const from = parseSince(since, deps.time.now())
  const page = await deps.inbox.list(actor.userId, { limit: INBOX_PAGE, cursor: from.cursor })
  const all = await viewAll(deps.state, actor.userId, page.items, from.movedSince)
  const views = all.filter(({ head }) => !head.closed)
  const mine = views.map(({ item }) => item)
  const shown = views.filter(({ item, head }) => !isHidden(item, head))
  const lost = await lostChats(deps, actor, Object.keys(chats), all)
  const [fit] = await Promise.all([
    syncChats(deps, shown, chats, from.movedSince),
    moveConnection(deps, actor, mine, lost),
  ])
  // A chat that the user put away keeps its group: what is said next brings it back.
  const hidden = views.filter(({ item, head }) => item.chatId in chats && isHidden(item, head))
  const removed = [...lost, ...hidden.map(({ item }) => item.chatId)]
  // A page that was cut is asked for again: what the client has by then is skipped.
  if (fit.cut) return { chats: fit.chats, removed, since: since ?? '', more: true }
  const more = page.cursor !== undefined
  return { chats: fit.chats, removed, since: more ? goOn(from, page.cursor) : `${from.startedAt}`, more }
}

/** A few chats at a time until the answer is full: a hundred busy chats would not fit the memory, nor the answer. */
async function syncChats(
  deps: SyncDeps,
  views: (ChatView & { moved: Receipt[] })[],
  known: Record<string, number>,
  movedSince: number | undefined,
): Promise<{ chats: SyncedChat[]; cut: boolean }> {
  const changed: SyncedChat[] = []
  let fit = fitAll(changed)
  const isNews = ({ item, head }: ChatView): boolean => (known[item.chatId] ?? -1) < head.seq
  const isChanged = ({ item }: ChatView): boolean => (item.changedAt ?? 0) >= (movedSince ?? Infinity)
  const open = views.filter((view) => isNews(view) || view.moved.length > 0 || isChanged(view))
  for (let next = 0; next < open.length && !fit.cut; next += AT_ONCE) {
    const some = open.slice(next, next + AT_ONCE)
    const news = some.filter(isNews)
    const [receiptsOf, synced] = await Promise.all([
      readReceipts(deps, news),
      Promise.all(news.map((view) => syncChat(deps, view, known[view.item.chatId]))),
    ])
    const told = new Map(synced.map((chat) => [chat.view.item.chatId, chat]))
    for (const view of some) {
      const { chatId } = view.item
      const chat = told.get(chatId)
      changed.push(chat ? { ...chat, receipts: receiptsOf(view) } : onlyReceipts(view))
    }
    fit = fitAll(changed)
  }
  return fit
}

/** Fills the answer chat by chat; the last one may come with fewer entries than there are. */
function fitAll(all: SyncedChat[]): { chats: SyncedChat[]; cut: boolean } {
  const chats: SyncedChat[] = []
  let room = PAGE_BYTES
  for (const chat of all) {
    const { entries, snapshot, ...rest } = chat
    const left = room - jsonBytes({ ...rest, entries: [], snapshot: [] })
    if (chats.length > 0 && left <= 0) return { chats, cut: true }
    const fewer = entries ? fitting(entries, left) : undefined
    const newest = snapshot ? fitting(snapshot, left, 'back') : undefined
    const more =
      chat.more ||
      (fewer?.length ?? 0) < (entries?.length ?? 0) ||
      (newest?.length ?? 0) < (snapshot?.length ?? 0)
    const fit = { ...chat, ...(fewer && { entries: fewer }), ...(newest && { snapshot: newest }), more }
    const size = jsonBytes(fit)
    if (chats.length > 0 && size > room) return { chats, cut: true }
    chats.push(fit)
    room -= size
  }
  return { chats, cut: false }
}

/** Nothing was said in this chat, but somebody has read, or the user muted it on another device. */
const onlyReceipts = (view: ChatView & { moved: Receipt[] }): SyncedChat => ({
  view,
  entries: [],
  receipts: view.head.memberCount > RECEIPTS_UP_TO ? [] : view.moved,
  more: false,
})

/** How far everybody has come in these chats, as far as they are small enough to say so: one query. */
async function readReceipts({ state }: SyncDeps, views: ChatView[]): Promise<(view: ChatView) => Receipt[]> {
  const small = views.filter(({ head }) => head.memberCount <= RECEIPTS_UP_TO)
  const found = await state.listReceiptsOf(small.map(({ item }) => item.chatId))
  const known = Map.groupBy(found, ({ chatId }) => chatId)
  return (view) => (small.includes(view) ? currentReceipts(view.head, known.get(view.item.chatId) ?? []) : [])
}

/** What was said in a chat, without the receipts. */
async function syncChat(
  deps: SyncDeps,
  view: ChatView,
  known: number | undefined,
): Promise<Omit<SyncedChat, 'receipts'>> {
  const { chatId } = view.item
  const visible = visibleFrom(view.item, view.head)
  const from = Math.max((known ?? 0) + 1, visible)
  if (view.head.seq - from < MAX_ENTRIES) {
    const entries = await deps.log.readFrom(chatId, from, MAX_ENTRIES + 1)
    if (entries.length <= MAX_ENTRIES) {
      return { view, entries: await withTargets(deps.log, chatId, entries, visible), more: false }
    }
  }
  const newest = await deps.log.listMessages(chatId, { from: visible, limit: SNAPSHOT_MESSAGES })
  const snapshot = await withReadAt(deps, view.item, view.head, newest)
  return { view, snapshot, more: (snapshot[0]?.seq ?? 0) > visible }
}

/** Chats the client holds that ended, or that the user is no longer in: one query for those that this page does not show. */
async function lostChats(deps: SyncDeps, actor: Actor, held: string[], page: ChatView[]): Promise<string[]> {
  const known = new Map(page.map(({ item, head }) => [item.chatId, head]))
  const unsure = held.filter((chatId) => !known.has(chatId))
  const found = await deps.inbox.whichOf(actor.userId, unsure)
  return held.filter((chatId) => known.get(chatId)?.closed || (!known.has(chatId) && !found.has(chatId)))
}

async function moveConnection(
  deps: SyncDeps,
  { userId, connectionId }: Actor,
  items: InboxItem[],
  removed: string[],
): Promise<void> {
  if (!connectionId) return
  const groups = items.map(({ chatId }) => chatGroup(chatId))
  try {
    await Promise.all([
      joinGroups(deps, { userId, connectionId }, groups),
      ...removed.map((chatId) => deps.push.removeConnectionFromGroup(connectionId, chatGroup(chatId))),
    ])
  } catch (error) {
    deps.logger('warn', 'sync.groups.failed', { connectionId, error: String(error) })
  }
}
