// Messages and receipts. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { MAX_CAPTION, MAX_TEXT } from '../../domain/budget.ts'
import { MAX_MENTIONS } from '../../domain/retouch.ts'
import { MAX_QUERY, MAX_SEARCH_WORDS, searchTerms, wordCount } from '../../domain/search-terms.ts'
import { contentType, fileName, fileSize } from './attachments.ts'
import { clientId, id, known, limit, seq } from './fields.ts'

const text = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(MAX_TEXT) })
const file = {
  attachmentId: id,
  name: fileName,
  contentType,
  size: fileSize,
  caption: z.string().min(1).max(MAX_CAPTION).optional(),
}
/** A ThumbHash in base64: https://evanw.github.io/thumbhash */
const placeholder = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64')
  .optional()
const content = z.discriminatedUnion('type', [
  text,
  z.strictObject({ type: z.literal('image'), ...file, placeholder }),
  z.strictObject({ type: z.literal('video'), ...file, placeholder }),
  z.strictObject({ type: z.literal('audio'), ...file }),
  z.strictObject({ type: z.literal('file'), ...file }),
])

/** Ids of members; more than `MAX_MENTIONS` are refused. */
const mentions = z.array(id).max(MAX_MENTIONS).optional()

export const sendMessageRequest = z.strictObject({
  chatId: id,
  clientMessageId: clientId,
  content,
  replyTo: seq.optional(),
  mentions,
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
export const messageRequest = z.strictObject({ chatId: id, seq })

/** An edit gives a text another text, or media another caption. What it leaves out of media, or repeats, stays. */
const editedContent = z.discriminatedUnion('type', [
  text,
  z.strictObject({
    type: z.enum(['image', 'video', 'audio', 'file']),
    attachmentId: id,
    caption: z.string().min(1).max(MAX_CAPTION).optional(),
    name: z.string().optional(),
    contentType: z.string().optional(),
    size: z.int().optional(),
    width: z.int().optional(),
    height: z.int().optional(),
    placeholder: z.string().optional(),
  }),
])
export const editMessageRequest = z.strictObject({
  chatId: id,
  seq,
  clientMessageId: clientId,
  content: editedContent,
  mentions,
})
export const deleteMessageRequest = z.strictObject({ chatId: id, seq, clientMessageId: clientId.optional() })

/** One emoji as Unicode recommends it for interchange: https://www.unicode.org/reports/tr51/#def_rgi_set */
const emoji = z
  .string()
  .max(64)
  .regex(/^\p{RGI_Emoji}$/v, 'must be one emoji')
export const reactionRequest = z.strictObject({ chatId: id, seq, emoji })

/** Over the socket too: `for` whom, and up to where. */
export const clearMessagesRequest = z.strictObject({
  chatId: id,
  for: z.enum(['me', 'everyone']).default('me'),
  through: seq.optional(),
})

const q = z
  .string()
  .max(MAX_QUERY)
  .refine((text) => wordCount(searchTerms(text)) > 0, 'names no word to search for')
  .refine(
    (text) => wordCount(searchTerms(text)) <= MAX_SEARCH_WORDS,
    `has more than ${MAX_SEARCH_WORDS} words`,
  )
export const searchMessagesRequest = z.strictObject({
  chatId: id,
  q,
  cursor: seq.optional(),
  limit: limit(50, 20),
})
/** Where several were sent at the same instant, the cursor names them. */
const searchCursor = z.string().min(1).max(8_192).optional()
export const searchRequest = z.strictObject({ q, cursor: searchCursor, limit: limit(50, 20) })
