// Receipts in the container `state`: watermarks that only move forward and, in direct chats, the steps they took.
import type { Container, OperationInput } from '@azure/cosmos'
import type { Receipt } from '../domain/chat.ts'
import type { Position } from '../domain/entry.ts'
import type { StateStore } from '../services/ports/state.ts'
import { batchItems, createItem, inList, queryAll, readItem, replaceItem } from './cosmos-items.ts'

export function createReceiptStore(
  state: Container,
): Pick<StateStore, 'readReceipt' | 'listReceipts' | 'listReceiptsOf' | 'moveReceipt' | 'readSteps'> {
  return {
    async readReceipt(chatId, userId) {
      const found = await readItem<StoredReceipt>(state, chatId, `receipt:${userId}`)
      return found && toReceipt(found.item)
    },
    async listReceipts(chatId) {
      const text = "SELECT * FROM c WHERE c.receiptOf > ''"
      return (await queryAll<StoredReceipt>(state, { partition: chatId, text })).map(toReceipt)
    },
    async listReceiptsOf(chatIds) {
      if (chatIds.length === 0) return []
      const asked = inList('chat', chatIds)
      const text = `SELECT * FROM c WHERE c.chatId IN ${asked.text} AND c.receiptOf > ''`
      return (await queryAll<StoredReceipt>(state, { text, values: asked.values })).map(toReceipt)
    },
    moveReceipt: (chatId, userId, mark, to, step) =>
      moveReceipt(state, { chatId, userId, mark, to, step: step !== undefined }),
    async readSteps(chatId, from, through) {
      const text = "SELECT * FROM c WHERE c.readBy > '' AND c.readSeq >= @from AND c.readFrom < @through"
      const found = await queryAll<StoredStep>(state, { partition: chatId, text, values: { from, through } })
      return found.map((step) => ({
        userId: step.readBy,
        from: step.readFrom,
        seq: step.readSeq,
        at: step.at,
      }))
    },
  }
}

export interface StoredReceipt {
  id: string
  chatId: string
  receiptOf: string
  delivered: Receipt['delivered']
  read: Receipt['read']
}

export const toReceipt = ({ chatId, receiptOf, delivered, read }: StoredReceipt): Receipt => ({
  chatId,
  userId: receiptOf,
  delivered,
  read,
})

const UNSEEN = { seq: 0, n: 0, at: null }

interface StoredStep {
  id: string
  chatId: string
  readBy: string
  readFrom: number
  readSeq: number
  at: string
}

interface Move {
  chatId: string
  userId: string
  mark: 'delivered' | 'read'
  to: Position & { at: string }
  step: boolean
}

/** Reading implies delivery, so a read mark moves both, each only forward. */
async function moveReceipt(state: Container, { chatId, userId, mark, to, step }: Move): Promise<Receipt> {
  const id = `receipt:${userId}`
  for (;;) {
    const found = await readItem<StoredReceipt>(state, chatId, id)
    const now = found?.item ?? { id, chatId, receiptOf: userId, delivered: UNSEEN, read: UNSEEN }
    const next = {
      ...now,
      delivered: to.seq > now.delivered.seq ? to : now.delivered,
      read: mark === 'read' && to.seq > now.read.seq ? to : now.read,
    }
    const moved = next.delivered !== now.delivered || next.read !== now.read
    if (!moved) return toReceipt(next)
    if (step && next.read !== now.read) {
      const kept = stepDocument(chatId, userId, now.read.seq, to)
      if (await batchItems(state, chatId, [put(next, found?.etag), create(kept)])) return toReceipt(next)
      continue
    }
    const stored = found ? await replaceItem(state, chatId, next, found.etag) : await createItem(state, next)
    if (stored) return toReceipt(next)
  }
}

/** Written with the receipt, so that the steps of a reader follow on one another: none is missing, none overlaps. */
const stepDocument = (
  chatId: string,
  userId: string,
  from: number,
  { seq, at }: Position & { at: string },
): StoredStep => ({
  id: `read:${userId}:${String(seq).padStart(10, '0')}`,
  chatId,
  readBy: userId,
  readFrom: from,
  readSeq: seq,
  at,
})

const create = (document: object): OperationInput => ({
  operationType: 'Create',
  resourceBody: document as never,
})

const put = (document: object & { id: string }, etag: string | undefined): OperationInput =>
  etag === undefined
    ? create(document)
    : {
        operationType: 'Replace',
        id: document.id,
        ifMatch: etag,
        resourceBody: document as never,
      }
