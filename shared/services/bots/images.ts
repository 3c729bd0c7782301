// Pictures as models take them: their bytes within the request.
import type { MessageEntry } from '../../domain/entry.ts'
import type { ModelImage } from '../ports.ts'
import type { BotDeps } from './bot-deps.ts'

/** Only the newest messages are shown with theirs. */
export const MAX_IMAGES = 4
const MAX_BYTES = 4 * 1024 * 1024
/** What every provider takes. */
const TYPES = ['image/png', 'image/jpeg', 'image/webp']
/** About what models count for one. */
const TOKENS = 258

export const tokensOfImage = ({ content }: MessageEntry): number => (content?.type === 'image' ? TOKENS : 0)

/** The image that the message shows, if it is one that models take. One that cannot be read is left out. */
export async function imagesOf(
  { media, logger }: Pick<BotDeps, 'media' | 'logger'>,
  { chatId, content }: MessageEntry,
): Promise<ModelImage[]> {
  if (content?.type !== 'image' || !TYPES.includes(content.contentType) || content.size > MAX_BYTES) return []
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
