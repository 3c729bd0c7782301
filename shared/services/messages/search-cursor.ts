// Where a search over many chats goes on: a page of the inbox, a time, and what was shown already of that very instant.
import { ChatError } from '../../domain/error.ts'

export interface SearchPlace {
  /** The page of chats; absent for the first. */
  inbox?: string | undefined
  /** Nothing sent after this is left in that page. */
  until?: string | undefined
  /** Messages sent at `until` that were looked at. */
  seen: string[]
}

export const START_PLACE: SearchPlace = { seen: [] }

export const formatPlace = ({ inbox, until, seen }: SearchPlace): string =>
  Buffer.from(JSON.stringify([inbox ?? null, until ?? null, ...seen])).toString('base64url')

/** @throws ChatError `invalid-request` */
export function parsePlace(cursor: string | undefined): SearchPlace {
  if (cursor === undefined) return START_PLACE
  const [inbox, until, ...seen] = parseList(cursor)
  const known = seen.filter((id) => id !== null)
  if (inbox === undefined || until === undefined || known.length < seen.length) throw unknownCursor()
  return { inbox: inbox ?? undefined, until: until ?? undefined, seen: known }
}

function parseList(cursor: string): (string | null)[] {
  try {
    const list: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(list) && list.every((it) => it === null || typeof it === 'string')) return list
  } catch {}
  throw unknownCursor()
}

const unknownCursor = (): ChatError =>
  new ChatError('invalid-request', 'The cursor is none that was given out.', {
    errors: [{ path: 'cursor', message: 'is none that was given out' }],
  })
