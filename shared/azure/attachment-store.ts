// Attachments, as items of the `state` container beside the heads of their chats.
import type { Container } from '@azure/cosmos'
import type { Attachment } from '../domain/attachment.ts'
import type { AttachmentStore } from '../services/ports/media.ts'
import { createItem, deleteItem, queryAll, readItem, replaceItem } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

export function createAttachmentStore(state: Container): AttachmentStore {
  return {
    create: (attachment) => createItem(state, document(attachment)),
    async read(chatId, attachmentId) {
      const found = await readItem<Attachment>(state, chatId, itemId(attachmentId))
      return found && { attachment: withoutSystemFields(found.item), etag: found.etag }
    },
    async replace(attachment, etag) {
      return (await replaceItem(state, attachment.chatId, document(attachment), etag)) !== undefined
    },
    async delete(chatId, attachmentId) {
      await deleteItem(state, chatId, itemId(attachmentId))
    },
    async listPending(before, limit) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.pendingSince < @before`
      const found = await queryAll<Attachment & { _etag: string }>(state, { text, values: { before } })
      return found.map((item) => ({ attachment: withoutSystemFields(item), etag: item._etag }))
    },
  }
}

const itemId = (attachmentId: string): string => `attachment:${attachmentId}`

const document = (attachment: Attachment) => ({ id: itemId(attachment.attachmentId), ...attachment })
