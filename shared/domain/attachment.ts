// Attachments: what may be uploaded, what a message may make of it, and how a browser may show it.
import type { Content, MediaType } from './entry.ts'

export type MediaContent = Exclude<Content, { type: 'text' }>

/** A file on its way into a message, or in one. */
export interface Attachment {
  chatId: string
  attachmentId: string
  uploaderId: string
  name: string
  contentType: string
  size: number
  createdAt: string
  /** The one message that may carry it. */
  claim?: Claim | undefined
  /** Since when it waits for its message, or for its end, epoch milliseconds; absent once its message is known. */
  pendingSince?: number | undefined
  /** Its message is gone, or never came: nobody may use it any more. */
  removed?: boolean | undefined
}

/** Made before the message is written, so that the message's key tells whether it ever was. */
export interface Claim {
  /** The message's `dedupeKey`. */
  key: string
  type: MediaType
  /** Of the stored bytes, as they were looked at. */
  etag: string
  width?: number | undefined
  height?: number | undefined
}

export type AttachmentLimits = Record<MediaType, number>

const MB = 1024 * 1024

/** The largest attachment of each type, bytes. */
export const ATTACHMENT_LIMITS: AttachmentLimits = {
  image: 20 * MB,
  video: 200 * MB,
  audio: 50 * MB,
  file: 100 * MB,
}

/** Pictures that browsers draw and that cannot carry a script, unlike SVG. */
const IMAGES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/heic',
  'image/heif',
  'image/bmp',
  'image/tiff',
])
const KNOWN = /^(image|video|audio|text|application|font|model)\//

/** A content type without its parameters. */
export const essenceOf = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase()

/** What a file of this content type is, as far as limits go; undefined for what is not taken. */
export function typeOf(contentType: string): MediaType | undefined {
  const essence = essenceOf(contentType)
  if (!KNOWN.test(essence)) return undefined
  if (IMAGES.has(essence)) return 'image'
  if (essence.startsWith('video/')) return 'video'
  return essence.startsWith('audio/') ? 'audio' : 'file'
}

/** Any file may be sent as a `file`; the other types promise something about the content. */
export const mayBe = (type: MediaType, contentType: string): boolean =>
  type === 'file' || typeOf(contentType) === type

/** Shown in the browser; everything else is saved. HTML, SVG and XML could run scripts, and are never shown. */
export function isShown(contentType: string): boolean {
  const essence = essenceOf(contentType)
  if (essence.includes('xml') || essence.includes('html')) return false
  return typeOf(essence) !== 'file' || essence === 'application/pdf' || essence === 'text/plain'
}

/** The header `Content-Disposition`: https://www.rfc-editor.org/rfc/rfc6266 */
export function disposition(name: string, contentType: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16)}`,
  )
  return `${isShown(contentType) ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`
}

/** The content type to serve: what must not be shown is bytes to every browser. */
export const servedAs = (contentType: string): string =>
  isShown(contentType) ? contentType : 'application/octet-stream'
