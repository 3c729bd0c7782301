// Moving a chat's head: what published entries amount to, and one write in flight per chat.
import { type Entry, preview } from '../../domain/entry.ts'
import type { HeadMove } from '../ports/state.ts'

/** What the head says once these entries are out. */
export function toMove(entries: Entry[]): HeadMove {
  const last = entries.at(-1)!
  const sent: HeadMove['sent'] = {}
  let shown: HeadMove['preview']
  let memberCount: number | undefined
  let name: string | undefined
  let visibility: HeadMove['visibility']
  let cleared: HeadMove['cleared']
  const retouched: { seq: number; text: string }[] = []
  for (const entry of entries) {
    if (entry.type === 'member') memberCount = entry.memberCount
    if (entry.type === 'chat') {
      name = entry.name ?? name
      visibility = entry.visibility ?? visibility
    }
    // What is over is as if it had never been said.
    if (entry.type === 'closed') cleared = { seq: entry.seq, n: entry.n }
    if (entry.type === 'clear') cleared = { seq: entry.through, n: entry.throughN ?? 0 }
    if (entry.type === 'edit') retouched.push({ seq: entry.target, text: preview(entry.content) })
    if (entry.type === 'delete') retouched.push({ seq: entry.target, text: '' })
    if (entry.type !== 'message') continue
    sent[entry.senderId] = { seq: entry.seq, n: entry.n, at: entry.createdAt }
    shown = { seq: entry.seq, text: preview(entry.content) }
  }
  const { seq, n, createdAt: at, senderId } = last
  const read = retouch(shown, retouched)
  return { seq, n, at, senderId, preview: read, retouched, memberCount, name, visibility, cleared, sent }
}

/** How a message reads after these edits and deletions. */
function retouch(shown: HeadMove['preview'], changes: HeadMove['retouched'] = []): HeadMove['preview'] {
  return shown && (changes.findLast(({ seq }) => seq === shown.seq) ?? shown)
}

/** Two moves that meet are one write. */
export function mergeMoves(earlier: HeadMove | undefined, later: HeadMove): HeadMove {
  if (!earlier) return later
  return {
    ...later,
    preview: later.preview ?? retouch(earlier.preview, later.retouched),
    retouched: [...(earlier.retouched ?? []), ...(later.retouched ?? [])],
    memberCount: later.memberCount ?? earlier.memberCount,
    name: later.name ?? earlier.name,
    visibility: later.visibility ?? earlier.visibility,
    cleared: later.cleared ?? earlier.cleared,
    sent: { ...earlier.sent, ...later.sent },
  }
}
