// No answer, push or page exceeds 256 KiB: what does not fit is asked for again.

/** Room for a page's items, the envelope and the frame around it taken off. */
export const PAGE_BYTES = 240 * 1024

/** The longest text of a message, in UTF-16 code units. */
export const MAX_TEXT = 8_000

/** The longest caption of an attachment, likewise. */
export const MAX_CAPTION = 1_000

const encoder = new TextEncoder()

/** The size of a text in UTF-8. */
export const textBytes = (text: string): number => encoder.encode(text).length

/** The size of a value as JSON in UTF-8. */
export const jsonBytes = (value: unknown): number => textBytes(JSON.stringify(value))

/** As many items as fit, from the front or from the back; at least one, since no single item is larger than a page. */
export function fitting<T>(items: T[], bytes: number, side: 'front' | 'back' = 'front'): T[] {
  let used = 0
  let count = 0
  const ordered = side === 'front' ? items : [...items].reverse()
  for (const item of ordered) {
    used += jsonBytes(item) + 1
    if (count > 0 && used > bytes) break
    count++
  }
  return side === 'front' ? items.slice(0, count) : items.slice(items.length - count)
}

/** Cuts a list into pieces that fit. */
export function chunksOf<T>(items: T[], bytes: number): T[][] {
  const chunks: T[][] = []
  for (let rest = items; rest.length > 0; ) {
    const chunk = fitting(rest, bytes)
    chunks.push(chunk)
    rest = rest.slice(chunk.length)
  }
  return chunks
}
