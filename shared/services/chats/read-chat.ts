// Chats as their members see them. The inbox item is the right to look: without one a chat does not exist for the asker.
import { type Head, type InboxItem, isHidden, type Receipt } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'
import { type ChatView, emptyHead, viewChat } from './view.ts'

export interface ReadChatDeps {
  log: LogStore
  state: StateStore
  inbox: InboxStore
}

/** Chats up to this size name their members in `chats.get`; others page through `members.list`. */
const MEMBERS_SHOWN = 50

/** @throws ChatError `chat-not-found` for a chat that does not exist or is not the asker's */
export async function readMembership(inbox: InboxStore, actor: Actor, chatId: string): Promise<InboxItem> {
  const item = await inbox.read(actor.userId, chatId)
  if (!item) throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
  return item
}

/**
 * A chat that has ended is gone for everybody at once, also for those whose inboxes have not heard of it.
 * @throws ChatError `chat-not-found`
 */
export function refuseOver(head: Head | undefined, chatId: string): void {
  if (head?.closed) throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
}

/** @throws ChatError `chat-not-found` */
export async function getChat(deps: ReadChatDeps, actor: Actor, chatId: string): Promise<ChatView> {
  const item = await readMembership(deps.inbox, actor, chatId)
  const [head, receipt, members, chat] = await Promise.all([
    deps.state.readHead(chatId),
    deps.state.readReceipt(chatId, actor.userId),
    deps.log.listMembers(chatId, { limit: MEMBERS_SHOWN + 1 }),
    item.kind === 'bot' ? deps.log.readChat(chatId) : undefined,
  ])
  refuseOver(head, chatId)
  const shown = members.length <= MEMBERS_SHOWN ? members.map(({ userId }) => userId) : undefined
  const view = viewChat(item, head ?? emptyHead(item), receipt)
  const bot = view.bot && { ...view.bot, settings: chat?.botSettings?.[view.bot.botId] }
  return { ...view, bot, members: shown }
}

/** One page of the asker's chats, newest activity first: one query for the inbox, one for heads and receipts. */
export async function listChats(
  deps: Pick<ReadChatDeps, 'inbox' | 'state'>,
  actor: Actor,
  page: { cursor?: string | undefined; limit: number },
): Promise<{ chats: ChatView[]; cursor?: string | undefined }> {
  const { items, cursor } = await deps.inbox.list(actor.userId, page)
  const views = await viewAll(deps.state, actor.userId, items)
  const chats = views.filter(({ item, head }) => !head.closed && !isHidden(item, head))
  return { chats: chats.sort((a, b) => (a.head.at < b.head.at ? 1 : -1)), cursor }
}

/** These chats as the user sees them; with `movedSince` (seconds) also everybody's receipts that moved from then on. */
export async function viewAll(
  state: StateStore,
  userId: string,
  items: InboxItem[],
  movedSince?: number,
): Promise<(ChatView & { moved: Receipt[] })[]> {
  const chatIds = items.map(({ chatId }) => chatId)
  const { heads, receipts } = await state.readSummaries(chatIds, userId, movedSince)
  const headOf = new Map(heads.map((head) => [head.chatId, head]))
  const receiptsOf = Map.groupBy(receipts, ({ chatId }) => chatId)
  return items.map((item) => {
    const known = receiptsOf.get(item.chatId) ?? []
    const own = known.find((receipt) => receipt.userId === userId)
    const view = viewChat(item, headOf.get(item.chatId) ?? emptyHead(item), own)
    return { ...view, moved: movedSince === undefined ? [] : known }
  })
}
