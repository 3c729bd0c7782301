// Attachments. One schema per use case. Unknown fields are refused by name.
import * as z from 'zod'
import { clientId, flag, id, limit, seq } from './fields.ts'

/** A file's name as it is shown: no path, nothing that cannot be seen. */
export const fileName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}/\\]+$/u, 'must be without / \\ and control characters')
/** `type/subtype`, perhaps with parameters: `audio/webm;codecs=opus`. */
export const contentType = z
  .string()
  .max(100)
  .regex(/^[a-z]+\/[a-z0-9][a-z0-9.+-]*(; ?[a-z0-9-]+=[A-Za-z0-9.,+-]+)*$/, 'must be a content type')
export const fileSize = z.int().min(1)

export const createAttachmentRequest = z.strictObject({
  chatId: id,
  name: fileName,
  contentType,
  size: fileSize,
  clientRequestId: clientId.optional(),
})
export const mediaType = z.enum(['image', 'video', 'audio', 'file'])
export const listAttachmentsRequest = z.strictObject({
  chatId: id,
  cursor: seq.optional(),
  type: mediaType.optional(),
  limit: limit(100, 50),
})
export const getAttachmentRequest = z.strictObject({
  chatId: id,
  attachmentId: id,
  redirect: flag.default(true),
})
