// Moving a chat's head: what published entries amount to, and one write in flight per chat.
import { type Entry, preview } from '../../domain/entry.ts'
import type { HeadMove } from '../ports.ts'

/** What the head says once these entries are out. */
export function toMove(entries: Entry[]): HeadMove {
  const last = entries.at(-1)!
  const sent: HeadMove['sent'] = {}
  let shown: string | undefined
  let memberCount: number | undefined
  for (const entry of entries) {
    if (entry.type === 'member') memberCount = entry.memberCount
    if (entry.type !== 'message') continue
    sent[entry.senderId] = { seq: entry.seq, n: entry.n, at: entry.createdAt }
    shown = preview(entry.content)
  }
  const { seq, n, createdAt: at, senderId } = last
  return { seq, n, at, senderId, preview: shown, memberCount, sent }
}

/** Two moves that meet are one write. */
export function mergeMoves(earlier: HeadMove | undefined, later: HeadMove): HeadMove {
  if (!earlier) return later
  return {
    ...later,
    preview: later.preview ?? earlier.preview,
    memberCount: later.memberCount ?? earlier.memberCount,
    sent: { ...earlier.sent, ...later.sent },
  }
}
