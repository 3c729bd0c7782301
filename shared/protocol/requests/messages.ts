// Messages and receipts. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { MAX_TEXT } from '../../domain/budget.ts'
import { clientId, id, known, limit, seq } from './fields.ts'

const content = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(MAX_TEXT) })

export const sendMessageRequest = z.strictObject({
  chatId: id,
  clientMessageId: clientId,
  content,
  replyTo: seq.optional(),
  lastSeq: known.optional(),
})
export const listMessagesRequest = z.strictObject({
  chatId: id,
  before: seq.optional(),
  after: known.optional(),
  limit: limit(100, 50),
})
export const readLogRequest = z.strictObject({ chatId: id, after: known.optional(), limit: limit(100, 100) })
export const receiptRequest = z.strictObject({ chatId: id, seq })
