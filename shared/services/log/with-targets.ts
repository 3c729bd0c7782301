// An edit names its target; how the target reads now is looked up whenever the edit is shown.
import type { Entry, StoredEntry } from '../../domain/entry.ts'
import type { LogStore } from '../ports.ts'

/** The same entries; each edit carries its target's content as it stands, or none when the target is deleted. */
export async function withTargets(log: LogStore, chatId: string, entries: StoredEntry[]): Promise<Entry[]> {
  const targets = new Set(entries.flatMap((entry) => (entry.type === 'edit' ? [entry.target] : [])))
  if (targets.size === 0) return entries
  const found = await log.readEntries(chatId, [...targets])
  const contents = new Map(
    found.map((entry) => [entry.seq, entry.type === 'message' ? entry.content : undefined]),
  )
  return entries.map((entry) =>
    entry.type === 'edit' ? { ...entry, content: contents.get(entry.target) } : entry,
  )
}
