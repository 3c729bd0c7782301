// The bytes go with their message. An attachment that nobody may use any more is marked first; the mark stays until
// whoever still holds an upload address can do nothing with it, and the hourly sweep ends what was left undone.
import { ChatError } from '../../domain/error.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import type { MediaDeps } from './media-deps.ts'

export type RemoveDeps = Pick<MediaDeps, 'attachments' | 'media' | 'time' | 'logger'>

const AT_ONCE = 10

/**
 * Removes these attachments of messages that are gone. May be repeated; bytes that cannot be removed now are removed by
 * the sweep.
 * @throws ChatError `busy`, `unavailable` when the database cannot take note
 */
export async function removeAttachments(
  deps: RemoveDeps,
  chatId: string,
  attachmentIds: string[],
): Promise<void> {
  await fewAtATime(attachmentIds, AT_ONCE, (attachmentId) => removeOne(deps, chatId, attachmentId))
}

async function removeOne(deps: RemoveDeps, chatId: string, attachmentId: string): Promise<void> {
  for (;;) {
    const found = await deps.attachments.read(chatId, attachmentId)
    if (!found || found.attachment.removed) return
    const marked = { ...found.attachment, removed: true, pendingSince: deps.time.now() }
    if (await deps.attachments.replace(marked, found.etag)) break
  }
  await deps.media.remove(chatId, attachmentId).catch((error) => {
    if (!(error instanceof ChatError)) throw error
    deps.logger('warn', 'attachment.remove.failed', { chatId, attachmentId, error: String(error.cause) })
  })
}
