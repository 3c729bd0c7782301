// Once an hour: uploads that never became a message go, those that did are waited for no longer, and what a removal left
// undone is done. Whether a message came to be its key tells, which was noted before the message was written.
import type { Attachment } from '../../domain/attachment.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import type { MediaDeps } from './media-deps.ts'
import { hasMedia } from './read-attachments.ts'

export interface SweepDeps extends Pick<MediaDeps, 'log' | 'attachments' | 'media' | 'time' | 'logger'> {
  /** How long an upload may wait for its message, milliseconds: far longer than a send may take. */
  uploadMaxAgeMs: number
}

interface Pending {
  attachment: Attachment
  etag: string
}

const PAGE = 200
const AT_ONCE = 10

/** @returns how many were removed, and how many had found their messages */
export async function sweepAttachments(deps: SweepDeps): Promise<{ removed: number; settled: number }> {
  const before = deps.time.now() - deps.uploadMaxAgeMs
  const done = { removed: 0, settled: 0 }
  for (;;) {
    const pending = await deps.attachments.listPending(before, PAGE)
    let ended = 0
    const chats = [...Map.groupBy(pending, ({ attachment }) => attachment.chatId)]
    await fewAtATime(chats, AT_ONCE, async ([chatId, group]) => {
      try {
        const { removed, settled } = await sweepChat(deps, chatId, group)
        done.removed += removed
        done.settled += settled
        ended += removed + settled
      } catch (error) {
        // One chat's trouble is none of the others'; it is tried again in an hour.
        deps.logger('error', 'attachments.sweep.failed', { chatId, error: String(error) })
      }
    })
    if (pending.length < PAGE || ended === 0) return done
  }
}

async function sweepChat(deps: SweepDeps, chatId: string, group: Pending[]) {
  const keys = group.flatMap(({ attachment: { claim, removed } }) => (claim && !removed ? [claim.key] : []))
  const found = keys.length > 0 ? await deps.log.findByKeys(chatId, keys) : []
  const inUse = new Set(
    found.flatMap((entry) =>
      entry.type === 'message' && hasMedia(entry) ? [entry.content.attachmentId] : [],
    ),
  )
  let [removed, settled] = [0, 0]
  for (const { attachment, etag } of group) {
    if (inUse.has(attachment.attachmentId)) {
      const { pendingSince: _, ...known } = attachment
      if (await deps.attachments.replace(known, etag)) settled++
    } else if (await remove(deps, attachment, etag)) removed++
  }
  return { removed, settled }
}

/** Marked first: a message that is just being sent with it finds it gone, or has changed it and keeps it. */
async function remove(deps: SweepDeps, attachment: Attachment, etag: string): Promise<boolean> {
  const { chatId, attachmentId } = attachment
  if (!attachment.removed && !(await deps.attachments.replace({ ...attachment, removed: true }, etag)))
    return false
  await deps.media.remove(chatId, attachmentId)
  await deps.attachments.delete(chatId, attachmentId)
  return true
}
