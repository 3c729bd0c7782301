// The bytes go with their message. An attachment that nobody may use any more is marked first; the mark stays until
// whoever still holds an upload address can do nothing with it, and the hourly sweep ends what was left undone.
import { ChatError } from '../../domain/error.ts'
import type { MediaDeps } from './media-deps.ts'
import { hasMedia } from './read-attachments.ts'

export type RemoveDeps = Pick<MediaDeps, 'log' | 'attachments' | 'media' | 'time' | 'logger'>

const PAGE = 100
/** Requests at once. */
const WIDTH = 8

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
  const left = [...attachmentIds]
  const work = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) await removeOne(deps, chatId, id)
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
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

/**
 * Removes the attachments of all messages up to this seq, in a chat whose history is cleared for everybody or ends. The
 * newest come first; a repeat passes quickly over what is done.
 * @throws ChatError `busy`, `unavailable`
 */
export async function removeAttachmentsThrough(
  deps: RemoveDeps,
  chatId: string,
  through: number,
): Promise<void> {
  for (let before = through + 1; ; ) {
    const found = await deps.log.listMedia(chatId, { from: 1, before, limit: PAGE })
    const ids = found.filter(hasMedia).map(({ content }) => content.attachmentId)
    await removeAttachments(deps, chatId, ids)
    if (found.length < PAGE) return
    before = found.at(-1)!.seq
  }
}
