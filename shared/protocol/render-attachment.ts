import type { MediaContent } from '../domain/attachment.ts'
import type { MessageEntry } from '../domain/entry.ts'

/** An attachment in a list: its content, and the message it came with. */
export function renderAttachment({
  seq,
  senderId,
  createdAt,
  content,
}: MessageEntry & { content: MediaContent }) {
  const { type, attachmentId, name, contentType, size, caption, width, height, placeholder } = content
  return {
    attachmentId,
    seq,
    senderId,
    createdAt,
    type,
    name,
    contentType,
    size,
    ...(caption !== undefined && { caption }),
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(placeholder !== undefined && { placeholder }),
  }
}
