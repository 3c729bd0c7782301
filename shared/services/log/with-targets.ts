// An edit names its target; how the target reads now is looked up whenever the edit is shown.
import type { Entry, StoredEntry } from '../../domain/entry.ts'
import type { LogStore } from '../ports/log.ts'

/**
 * The same entries; each edit carries its target's content as it stands, or none when the target is deleted, or stands
 * before `from`: who came later does not learn by an edit what was said before.
 */
export async function withTargets(
  log: LogStore,
  chatId: string,
  entries: StoredEntry[],
  from = 1,
): Promise<Entry[]> {
  const targets = new Set(
    entries.flatMap((entry) => (entry.type === 'edit' && entry.target >= from ? [entry.target] : [])),
  )
  const [first, ...others] = targets
  if (first === undefined) return entries
  const found =
    others.length > 0
      ? await log.readEntries(chatId, [...targets])
      : [await log.readEntry(chatId, first)].filter((entry) => entry !== undefined)
  const contents = new Map(
    found.map((entry) => [entry.seq, entry.type === 'message' ? entry.content : undefined]),
  )
  return entries.map((entry) =>
    entry.type === 'edit' ? { ...entry, content: contents.get(entry.target) } : entry,
  )
}

/** What may be said to the whole chat: an edit of a message that not everybody may see comes without its content. */
export async function forEverybody(log: LogStore, chatId: string, entries: Entry[]): Promise<Entry[]> {
  const hidden = new Set<number>()
  for (const entry of entries) {
    if (entry.type !== 'edit' || !entry.content || hidden.has(entry.target)) continue
    if (await log.hasJoinedSince(chatId, entry.target)) hidden.add(entry.target)
  }
  if (hidden.size === 0) return entries
  return entries.map((entry) =>
    entry.type === 'edit' && hidden.has(entry.target) ? { ...entry, content: undefined } : entry,
  )
}
