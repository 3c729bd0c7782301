// Attachments as a member sees them: those of the messages that the member may see, as these stand now.
import { disposition, type MediaContent, servedAs } from '../../domain/attachment.ts'
import { fitting, PAGE_BYTES } from '../../domain/budget.ts'
import { visibleFrom } from '../../domain/chat.ts'
import type { MediaType, MessageEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership, refuseOver } from '../chats/read-chat.ts'
import type { MediaDeps } from './media-deps.ts'

/** A message whose content is an attachment. */
export type MediaMessage = MessageEntry & { content: MediaContent }

export interface AttachmentsAsk {
  chatId: string
  cursor?: number | undefined
  type?: MediaType | undefined
  limit: number
}

/**
 * One page, newest first. The cursor is where the next page ends.
 * @throws ChatError `chat-not-found`
 */
export async function listAttachments(
  deps: MediaDeps,
  actor: Actor,
  { chatId, cursor, type, limit }: AttachmentsAsk,
): Promise<{ messages: MediaMessage[]; cursor?: number }> {
  const [item, head] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.state.readHead(chatId),
  ])
  refuseOver(head, chatId)
  const range = { from: visibleFrom(item, head), before: cursor, type, limit: limit + 1 }
  const found = (await deps.log.listMedia(chatId, range)).filter(hasMedia)
  const messages = fitting(found.slice(0, limit), PAGE_BYTES)
  const last = messages.at(-1)
  return { messages, ...(last && messages.length < found.length && { cursor: last.seq }) }
}

/**
 * A short-lived address of the bytes.
 * @throws ChatError `chat-not-found`, `not-found`
 */
export async function openAttachment(
  deps: MediaDeps,
  actor: Actor,
  { chatId, attachmentId }: { chatId: string; attachmentId: string },
): Promise<{ url: string; expiresAt: string }> {
  const [item, head, found] = await Promise.all([
    readMembership(deps.inbox, actor, chatId),
    deps.state.readHead(chatId),
    deps.attachments.read(chatId, attachmentId),
  ])
  refuseOver(head, chatId)
  const key = found?.attachment.claim?.key
  const [entry] = key === undefined ? [] : await deps.log.findByKeys(chatId, [key])
  const content = entry?.type === 'message' && hasMedia(entry) ? entry.content : undefined
  if (!entry || content?.attachmentId !== attachmentId || entry.seq < visibleFrom(item, head))
    throw new ChatError('not-found', `There is no attachment ${attachmentId}.`)
  const { name, contentType } = content
  return deps.media.readUrl(
    { chatId, attachmentId },
    { contentType: servedAs(contentType), disposition: disposition(name, contentType) },
  )
}

export const hasMedia = (message: MessageEntry): message is MediaMessage =>
  message.content !== undefined && message.content.type !== 'text'
