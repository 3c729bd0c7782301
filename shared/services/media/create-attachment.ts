import { type Attachment, typeOf } from '../../domain/attachment.ts'
import { ChatError } from '../../domain/error.ts'
import { hashId } from '../../domain/id.ts'
import type { Actor } from '../../domain/user.ts'
import { explainRefusal } from '../messages/explain-refusal.ts'
import type { MediaDeps } from './media-deps.ts'

export interface CreateAttachment {
  chatId: string
  name: string
  contentType: string
  size: number
  clientRequestId?: string | undefined
}

export interface Upload {
  attachmentId: string
  uploadUrl: string
  headers: Record<string, string>
  expiresAt: string
  created: boolean
}

/**
 * Says where to send the bytes of a new attachment, or of the one that this `clientRequestId` named before.
 * @throws ChatError `chat-not-found`, `forbidden` for a reader, `unsupported-type`, `too-large`, `id-reused`, `unavailable`
 */
export async function createAttachment(
  deps: MediaDeps,
  actor: Actor,
  { chatId, clientRequestId, ...file }: CreateAttachment,
): Promise<Upload> {
  const member = await deps.log.readMember(chatId, actor.userId)
  if (!member || member.role === 'reader') throw await explainRefusal(deps, chatId, actor.userId)
  checkFile(deps, file)
  const attachmentId =
    clientRequestId === undefined ? deps.newId() : hashId('a', chatId, actor.userId, clientRequestId)
  const now = deps.time.now()
  const attachment: Attachment = {
    chatId,
    attachmentId,
    uploaderId: actor.userId,
    ...file,
    createdAt: new Date(now).toISOString(),
    pendingSince: now,
  }
  const created = await createOrRenew(deps, attachment)
  const { url, headers, expiresAt } = await deps.media.uploadUrl(attachment)
  return { attachmentId, uploadUrl: url, headers, expiresAt, created }
}

function checkFile(
  { attachmentLimits }: MediaDeps,
  { contentType, size }: Pick<Attachment, 'contentType' | 'size'>,
) {
  const type = typeOf(contentType)
  if (!type) throw new ChatError('unsupported-type', `Files of type ${contentType} are not taken.`)
  const most = attachmentLimits[type]
  if (size > most) throw new ChatError('too-large', `An attachment of this type may have ${most} bytes.`)
}

/** A new address for an old attachment is waited for as long as for a new one. False when it is an old one. */
async function createOrRenew(deps: MediaDeps, attachment: Attachment): Promise<boolean> {
  for (;;) {
    if (await deps.attachments.create(attachment)) return true
    const found = await deps.attachments.read(attachment.chatId, attachment.attachmentId)
    if (!found) continue
    const same = (['name', 'contentType', 'size'] as const).every(
      (field) => found.attachment[field] === attachment[field],
    )
    if (!same || found.attachment.removed)
      throw new ChatError('id-reused', 'The clientRequestId was used for another attachment.')
    // One that has its message needs no upload any more, and its address does no harm.
    if (found.attachment.claim) return false
    const renewed = { ...found.attachment, pendingSince: attachment.pendingSince }
    if (await deps.attachments.replace(renewed, found.etag)) return false
  }
}
