// What the use cases need of attachments and their bytes. shared/azure meets it.
import type { Attachment } from '../../domain/attachment.ts'

export interface AttachmentStore {
  /** False when it is there already. */
  create(attachment: Attachment): Promise<boolean>
  read(chatId: string, attachmentId: string): Promise<{ attachment: Attachment; etag: string } | undefined>
  /** False when it changed since. */
  replace(attachment: Attachment, etag: string): Promise<boolean>
  delete(chatId: string, attachmentId: string): Promise<void>
  /** Of all chats, those that have been waiting since before this time (epoch milliseconds). */
  listPending(before: number, limit: number): Promise<{ attachment: Attachment; etag: string }[]>
}

/** The bytes of attachments. Its addresses are good for whoever holds them, and not for long. */
export interface MediaStore {
  /** Where to send the bytes, once: what is there is never overwritten. */
  uploadUrl(
    attachment: Attachment,
  ): Promise<{ url: string; headers: Record<string, string>; expiresAt: string }>
  readUrl(
    attachment: Pick<Attachment, 'chatId' | 'attachmentId'>,
    served: { contentType: string; disposition: string },
  ): Promise<{ url: string; expiresAt: string }>
  /** What is stored, with as many of its first bytes as asked for; undefined for nothing. */
  inspect(chatId: string, attachmentId: string, bytes: number): Promise<StoredBytes | undefined>
  remove(chatId: string, attachmentId: string): Promise<void>
}

export interface StoredBytes {
  size: number
  contentType: string
  /** One that would be served with an encoding is not what it says. */
  isPlain: boolean
  etag: string
  start: Uint8Array
}
