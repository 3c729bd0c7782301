import {
  chatGroup,
  currentReceipt,
  currentReceipts,
  RECEIPTS_UP_TO,
  type Receipt,
} from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership, refuseOver } from '../chats/read-chat.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { Push } from '../ports/push.ts'
import type { StateStore } from '../ports/state.ts'
import type { Logger, Time } from '../ports/world.ts'

export interface ReceiptDeps {
  log: LogStore
  state: StateStore
  inbox: InboxStore
  push: Push
  time: Time
  logger: Logger
  receiptFrame(receipt: Receipt): unknown
}

/**
 * Moves one's own watermark forward; an older seq changes nothing. Reading implies delivery.
 * @throws ChatError `chat-not-found`, `invalid-request` for a seq that is not in the log
 */
export async function moveReceipt(
  deps: ReceiptDeps,
  actor: Actor,
  { chatId, seq, mark }: { chatId: string; seq: number; mark: 'delivered' | 'read' },
): Promise<Receipt> {
  const [item, entry, head] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.log.readEntry(chatId, seq),
    deps.state.readHead(chatId),
  ])
  refuseOver(head, chatId)
  // What was cleared in between has been seen all the same.
  if (!entry || seq <= item.joined.seq) {
    const errors = [{ path: 'seq', message: 'is not in the log of this chat' }]
    throw new ChatError('invalid-request', `There is no entry ${seq}.`, { errors })
  }
  const at = new Date(deps.time.now()).toISOString()
  const to = { seq, n: entry.n, at }
  // Direct chats say of each message when it was read.
  const step = item.kind === 'direct' ? 'step' : undefined
  const moved = await deps.state.moveReceipt(chatId, actor.userId, mark, to, step)
  const receipt = head ? currentReceipt(head, actor.userId, moved) : moved
  if ((head?.memberCount ?? 0) <= RECEIPTS_UP_TO) {
    await deps.push.toGroup(chatGroup(chatId), deps.receiptFrame(receipt)).catch((error) => {
      deps.logger('warn', 'receipt.push.failed', { chatId, error: String(error) })
    })
  }
  return receipt
}

/**
 * How far everybody has come.
 * @throws ChatError `chat-not-found`
 */
export async function listReceipts(deps: ReceiptDeps, actor: Actor, chatId: string): Promise<Receipt[]> {
  await readMembership(deps.inbox, actor, chatId)
  const [receipts, head] = await Promise.all([deps.state.listReceipts(chatId), deps.state.readHead(chatId)])
  refuseOver(head, chatId)
  return head ? currentReceipts(head, receipts) : receipts
}
