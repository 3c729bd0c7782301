// Pictures as models take them: their bytes within the request.
import type { MessageEntry } from '../../domain/entry.ts'
import type { ModelImage } from '../ports/model.ts'
import type { BotDeps } from './bot-deps.ts'

/** Only the newest are shown, and no more than fits the memory of many runs at once. */
const MAX_IMAGES = 4
const MAX_BYTES = 4 * 1024 * 1024
const MAX_BYTES_IN_ALL = 8 * 1024 * 1024
/** What every provider takes. */
const TYPES = ['image/png', 'image/jpeg', 'image/webp']
/** About what models count for one. */
const TOKENS = 258

export const tokensOfImage = ({ content }: MessageEntry): number => (content?.type === 'image' ? TOKENS : 0)

/** Those of the messages, oldest first, whose pictures are shown to the model. */
export function pictured(messages: MessageEntry[]): Set<MessageEntry> {
  const shown = new Set<MessageEntry>()
  let room = MAX_BYTES_IN_ALL
  for (const message of messages.toReversed()) {
    const { content } = message
    if (content?.type !== 'image' || !TYPES.includes(content.contentType)) continue
    if (content.size > Math.min(MAX_BYTES, room)) continue
    if (shown.size === MAX_IMAGES) break
    room -= content.size
    shown.add(message)
  }
  return shown
}

/** The image that the message shows. One that cannot be read is left out. */
export async function imagesOf(
  { media, logger }: Pick<BotDeps, 'media' | 'logger'>,
  { chatId, content }: MessageEntry,
): Promise<ModelImage[]> {
  if (content?.type !== 'image') return []
  const { attachmentId, contentType: mimeType, size } = content
  try {
    const stored = await media.inspect(chatId, attachmentId, size)
    if (!stored) return []
    return [{ mimeType, data: Buffer.from(stored.start).toString('base64') }]
  } catch (error) {
    logger('warn', 'run.image.failed', { chatId, attachmentId, error: String(error) })
    return []
  }
}
