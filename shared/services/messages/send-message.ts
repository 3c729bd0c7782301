import { type Content, type MessageEntry, messageKey, type StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import type { Appender } from '../log/append.ts'
import { claimAttachment } from '../media/claim-attachment.ts'
import type { MediaDeps } from '../media/media-deps.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { Logger } from '../ports/world.ts'
import { namedMembers, tryMentions } from './mentions.ts'

export interface SendMessage {
  chatId: string
  clientMessageId: string
  content: Content
  replyTo?: number | undefined
  mentions?: string[] | undefined
  lastSeq?: number | undefined
}

export interface SendDeps extends MediaDeps {
  appender: Appender
  log: LogStore
  inbox: InboxStore
  logger: Logger
  explainRefusal(chatId: string, userId: string): Promise<ChatError>
}

/**
 * Appends the message to the chat's log; the same `clientMessageId` again, whenever, is answered with the first entry.
 * @throws ChatError `chat-not-found`, `forbidden`, `chat-closed`, `id-reused`, `invalid-request` (replyTo), `busy`,
 * and with an attachment what `claimAttachment` throws
 */
export async function sendMessage(
  deps: SendDeps,
  actor: Actor,
  message: SendMessage,
): Promise<{ entry: StoredEntry; created: boolean }> {
  const { chatId, clientMessageId, content: asked, replyTo } = message
  const [named] = await Promise.all([
    namedMembers(deps.log, chatId, message.mentions),
    replyTo !== undefined && checkReply(deps, actor, chatId, replyTo),
  ])
  const key = messageKey(actor.userId, clientMessageId)
  const content =
    asked.type === 'text' ? asked : await claimAttachment(deps, actor, { chatId, key, content: asked })
  const entry = {
    type: 'message' as const satisfies MessageEntry['type'],
    senderId: actor.userId,
    clientMessageId,
    content,
    ...(replyTo !== undefined && { replyTo }),
    ...(named && named.length > 0 && { mentions: named }),
    dedupeKey: key,
  }
  const sent = await deps.appender.append(chatId, entry, message.lastSeq)
  if (sent.created && named) {
    await tryMentions(deps, { chatId, seq: sent.entry.seq, senderId: actor.userId, named })
  }
  return sent
}

async function checkReply(deps: SendDeps, actor: Actor, chatId: string, replyTo: number): Promise<void> {
  const [member, target] = await Promise.all([
    deps.log.readMember(chatId, actor.userId),
    deps.log.readEntry(chatId, replyTo),
  ])
  if (!member) throw await deps.explainRefusal(chatId, actor.userId)
  if (target?.type === 'message' && target.seq > member.joined.seq) return
  const errors = [{ path: 'replyTo', message: 'names no message of this chat' }]
  throw new ChatError('invalid-request', `There is no message ${replyTo} to reply to.`, { errors })
}
