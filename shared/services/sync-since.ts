// What `since` says: `<seconds>` when the last finished sync began, then `.<seconds>.<cursor>` while one is under way.
import { ChatError } from '../domain/error.ts'

export interface Since {
  /** Receipts that moved from then on are news, seconds; undefined for a client that starts anew. */
  movedSince: number | undefined
  /** When this sync began, seconds, with room for clocks that differ. */
  startedAt: number
  cursor: string | undefined
}

/** The store stamps writes in whole seconds of its own clock. */
const OVERLAP_S = 10

/** @throws ChatError `invalid-request` */
export function parseSince(since: string | undefined, now: number): Since {
  const startedAt = Math.floor(now / 1_000) - OVERLAP_S
  if (since === undefined || since === '') return { movedSince: undefined, startedAt, cursor: undefined }
  const match = /^(\d{0,12})(?:\.(\d{1,12})\.(.+))?$/s.exec(since)
  if (!match) {
    const errors = [{ path: 'since', message: 'is none that was given out' }]
    throw new ChatError('invalid-request', 'since is none that was given out.', { errors })
  }
  const [, moved, started, cursor] = match
  const movedSince = moved ? Number(moved) : undefined
  return { movedSince, startedAt: started === undefined ? startedAt : Number(started), cursor }
}

export const goOn = ({ movedSince, startedAt }: Since, cursor: string | undefined): string =>
  `${movedSince ?? ''}.${startedAt}.${cursor ?? ''}`
