// A cursor names the last thing seen by its place in the order, so what comes or goes between pages repeats and hides nothing.
import { ChatError } from '../../domain/error.ts'

export const writeCursor = (kind: string, key: string): string =>
  Buffer.from(`${kind}:${key}`).toString('base64url')

/** @throws ChatError `invalid-request` for one that was not given out for this kind of list */
export function readCursor(kind: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const text = Buffer.from(cursor, 'base64url').toString()
  if (text.startsWith(`${kind}:`)) return text.slice(kind.length + 1)
  const errors = [{ path: 'cursor', message: 'is none that was given out' }]
  throw new ChatError('invalid-request', 'The cursor is none that was given out.', { errors })
}
