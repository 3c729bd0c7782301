import type { Attachment } from '../../shared/domain/attachment.ts'
import type { AttachmentStore, MediaStore, StoredBytes } from '../../shared/services/ports/media.ts'

/** The port of attachments, met by a map. */
export function memoryAttachments(): AttachmentStore {
  const items = new Map<string, { attachment: Attachment; etag: string }>()
  const at = ({ chatId, attachmentId }: Attachment): string => `${chatId}/${attachmentId}`
  let versions = 0
  const put = (attachment: Attachment) => items.set(at(attachment), { attachment, etag: String(++versions) })
  return {
    async create(attachment) {
      if (items.has(at(attachment))) return false
      put(attachment)
      return true
    },
    read: async (chatId, attachmentId) => items.get(`${chatId}/${attachmentId}`),
    async replace(attachment, etag) {
      if (items.get(at(attachment))?.etag !== etag) return false
      put(attachment)
      return true
    },
    async delete(chatId, attachmentId) {
      items.delete(`${chatId}/${attachmentId}`)
    },
    listPending: async (before, limit) =>
      [...items.values()]
        .filter(({ attachment }) => (attachment.pendingSince ?? before) < before)
        .slice(0, limit),
  }
}

export interface MemoryMedia extends MediaStore {
  /** What is stored, by `<chatId>/<attachmentId>`. */
  blobs: Map<string, Omit<StoredBytes, 'etag'>>
}

/** The port of the bytes, met by a map. Its addresses lead nowhere. */
export function memoryMedia(now: () => number): MemoryMedia {
  const blobs: MemoryMedia['blobs'] = new Map()
  const link = (chatId: string, attachmentId: string, ms: number) => ({
    url: `https://media.example.org/media/${chatId}/${attachmentId}?sig=1`,
    expiresAt: new Date(now() + ms).toISOString(),
  })
  return {
    blobs,
    uploadUrl: async ({ chatId, attachmentId, contentType }) => ({
      ...link(chatId, attachmentId, 900_000),
      headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': contentType },
    }),
    readUrl: async ({ chatId, attachmentId }) => link(chatId, attachmentId, 300_000),
    async inspect(chatId, attachmentId) {
      const found = blobs.get(`${chatId}/${attachmentId}`)
      return found && { ...found, etag: '"0x1"' }
    },
    async remove(chatId, attachmentId) {
      blobs.delete(`${chatId}/${attachmentId}`)
    },
  }
}
