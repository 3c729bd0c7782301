// Ids are opaque strings of [A-Za-z0-9_-]. Where the same request must find the same thing again, the id is a hash of it.
import { createHash, randomBytes } from 'node:crypto'

/** 128 random bits. */
export const newId = (): string => randomBytes(16).toString('base64url')

/** The same id for the same parts, in 132 bits. The parts are length-prefixed, so they cannot run into each other. */
export function hashId(prefix: string, ...parts: (string | number)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${String(part).length}:${part}`)
  return `${prefix}${hash.digest('base64url').slice(0, 22)}`
}

/** One direct chat per pair, whoever starts it. */
export const directChatId = (a: string, b: string): string => hashId('d', ...[a, b].sort())

/** One run per prompt and bot, and one more for each time that another answer is asked for. */
export const runIdOf = (chatId: string, promptSeq: number, botId: string, sibling?: string): string =>
  sibling === undefined
    ? hashId('r', chatId, promptSeq, botId)
    : hashId('r', chatId, promptSeq, botId, sibling)
