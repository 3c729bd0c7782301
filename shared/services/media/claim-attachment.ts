// A message takes possession of its attachment before it is written, under its own key: so the key tells, whenever somebody
// asks, whether the message came to be, and no attachment is in two.
import { type Attachment, type Claim, essenceOf, type MediaContent, mayBe } from '../../domain/attachment.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import { explainRefusal } from '../messages/explain-refusal.ts'
import type { StoredBytes } from '../ports/media.ts'
import { measureImage } from './measure-image.ts'
import type { MediaDeps } from './media-deps.ts'

/** What of an image is looked at. */
const START_BYTES = 64 * 1024
/** A claim that is used again waits for its message anew. */
const FRESH_MS = 60_000

export interface ClaimAsk {
  chatId: string
  /** The message's `dedupeKey`. */
  key: string
  content: MediaContent
}

/**
 * Checks what was really stored, and keeps the attachment for this message. The same message again finds it kept.
 * @returns the content as it is to be stored, with the size of an image in pixels
 * @throws ChatError `chat-not-found`, `forbidden`, `not-found`, `attachment-missing`, `attachment-used`, `attachment-mismatch`, `unavailable`
 */
export async function claimAttachment(deps: MediaDeps, actor: Actor, ask: ClaimAsk): Promise<MediaContent> {
  try {
    return await claim(deps, actor, ask)
  } catch (error) {
    // A message that is there already, or was, is found by its key, whatever became of its attachment.
    if ((await deps.log.findByKeys(ask.chatId, [ask.key])).length > 0) return ask.content
    throw error
  }
}

async function claim(
  deps: MediaDeps,
  actor: Actor,
  { chatId, key, content }: ClaimAsk,
): Promise<MediaContent> {
  for (;;) {
    const found = await deps.attachments.read(chatId, content.attachmentId)
    if (!found || found.attachment.removed || found.attachment.uploaderId !== actor.userId)
      throw await notThere(deps, actor, chatId, content.attachmentId)
    const { attachment, etag } = found
    checkSaid(attachment, content)
    if (attachment.claim && attachment.claim.key !== key)
      throw new ChatError('attachment-used', `The attachment ${content.attachmentId} is in another message.`)
    const known = attachment.claim?.type === content.type ? attachment.claim : undefined
    const claimed = known ?? { key, type: content.type, ...(await inspect(deps, attachment, content)) }
    const now = deps.time.now()
    // Once the message is known to be there nothing is waited for.
    const kept = known && (attachment.pendingSince === undefined || now - attachment.pendingSince < FRESH_MS)
    if (kept || (await deps.attachments.replace({ ...attachment, claim: claimed, pendingSince: now }, etag)))
      return withSize(content, claimed)
  }
}

function withSize(content: MediaContent, { width, height }: Claim): MediaContent {
  return width === undefined ? content : { ...content, width, height }
}

/** Somebody from outside learns nothing of the chat, and nobody of the uploads of others. */
async function notThere(
  deps: MediaDeps,
  actor: Actor,
  chatId: string,
  attachmentId: string,
): Promise<ChatError> {
  const member = await deps.log.readMember(chatId, actor.userId)
  if (!member || member.role === 'reader') return explainRefusal(deps, chatId, actor.userId)
  return new ChatError('not-found', `There is no attachment ${attachmentId} of yours in this chat.`)
}

/** The message says of the file what was said when it was uploaded. */
function checkSaid(attachment: Attachment, content: MediaContent): void {
  const fields = ['name', 'contentType', 'size'] as const
  const errors = fields
    .filter((field) => attachment[field] !== content[field])
    .map((field) => ({ path: `content.${field}`, message: 'is not what was said before the upload' }))
  if (!mayBe(content.type, attachment.contentType))
    errors.push({ path: 'content.type', message: `cannot be of type ${attachment.contentType}` })
  if (errors.length > 0) throw mismatch(`${errors[0]!.path} ${errors[0]!.message}.`, errors)
}

/** What was stored is what was said, and an image is one. */
async function inspect(
  deps: MediaDeps,
  { chatId, attachmentId, contentType, size }: Attachment,
  { type }: MediaContent,
): Promise<Pick<Claim, 'etag' | 'width' | 'height'>> {
  const stored = await deps.media.inspect(chatId, attachmentId, type === 'image' ? START_BYTES : 0)
  if (!stored) throw new ChatError('attachment-missing', `Nothing has been uploaded as ${attachmentId} yet.`)
  if (stored.size !== size) throw mismatch(`${stored.size} bytes were uploaded, not ${size}.`)
  if (stored.contentType !== contentType || !stored.isPlain)
    throw mismatch(`It was uploaded as ${stored.contentType}, not plainly as ${contentType}.`)
  return { etag: stored.etag, ...(type === 'image' && measure(stored)) }
}

function measure({ start, contentType }: StoredBytes): { width?: number; height?: number } {
  const image = measureImage(start)
  if (!image) throw mismatch('The bytes are no image.')
  if (!image.contentTypes.includes(essenceOf(contentType)))
    throw mismatch(`The bytes are ${image.contentTypes[0]}, not ${contentType}.`)
  return image.size ?? {}
}

const mismatch = (detail: string, errors?: { path: string; message: string }[]): ChatError =>
  new ChatError('attachment-mismatch', detail, errors && { errors })
