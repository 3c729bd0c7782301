// Documents of the `chats` container and what they mean. The number in an entry's id makes the log gapless.

import { type Chat, type Member, publicPlace } from '../domain/chat.ts'
import type { ChatJob } from '../domain/chat-job.ts'
import type { Content, StoredEntry } from '../domain/entry.ts'

export const entryId = (seq: number): string => `e:${String(seq).padStart(10, '0')}`
export const memberId = (userId: string): string => `member:${userId}`
export const writerId = (userId: string): string => `writer:${userId}`

/** Every document carries `dedupeKey`: the container's unique key takes an absent one for a value. */
export function entryDocument(entry: StoredEntry) {
  const document = { id: entryId(entry.seq), ...entry }
  const content = entry.type === 'message' ? entry.content : undefined
  if (!content || content.type === 'text') return document
  // Found by an index that messages of text do not pay for, and by its words where those of texts are.
  return { ...document, media: content.type, content: { ...content, text: searchText(content) } }
}

/** A file's name is searched as it is and by its parts: `trip_map.pdf` is found by "map". */
function searchText({ caption = '', name }: Exclude<Content, { type: 'text' }>): string {
  const parts = name.replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
  return [caption, name, parts].join('\n').trim()
}

/** `publicPlace` is there for groups that anybody may find, and is what finds them. */
export function chatDocument(chat: Chat) {
  const place = publicPlace(chat)
  return { id: 'chat', dedupeKey: 'chat', ...chat, ...(place !== undefined && { publicPlace: place }) }
}

export const memberDocument = ({ chatId, userId, role, joined }: Member) => ({
  id: memberId(userId),
  dedupeKey: memberId(userId),
  chatId,
  memberId: userId,
  role,
  joined,
})

export const writerDocument = (chatId: string, userId: string) => ({
  id: writerId(userId),
  dedupeKey: writerId(userId),
  chatId,
})

export const jobDocumentId = (jobId: string): string => `job:${jobId}`
export const rosterId = (jobId: string): string => `roster:${jobId}`

export const jobDocument = (job: ChatJob) => {
  const id = jobDocumentId(job.jobId)
  return { id, dedupeKey: id, ...job }
}

/** The people of a job never change, so they stand apart: moving it on writes little. */
export const rosterDocument = ({ chatId, jobId }: ChatJob, people: string[]) => {
  const id = rosterId(jobId)
  return { id, dedupeKey: id, chatId, people }
}

export function toJob(item: ChatJob): ChatJob {
  const { dedupeKey: _, ...job } = withoutSystemFields(item) as ChatJob & { dedupeKey: string }
  return job
}

/** Whether a document of the change feed is a job that nobody has begun. */
export const isFreshJob = (item: unknown): item is ChatJob =>
  typeof item === 'object' &&
  item !== null &&
  'id' in item &&
  typeof item.id === 'string' &&
  item.id.startsWith('job:') &&
  'fresh' in item &&
  item.fresh === true

interface StoredMember {
  chatId: string
  memberId: string
  role: Member['role']
  joined: Member['joined']
}

export const toMember = (item: StoredMember): Member => ({
  chatId: item.chatId,
  userId: item.memberId,
  role: item.role,
  joined: item.joined,
})

/** Drops the store's own fields (`id` and whatever starts with an underscore). */
export function withoutSystemFields<T extends object>(item: T): T {
  const kept = Object.entries(item).filter(([name]) => name !== 'id' && !name.startsWith('_'))
  return Object.fromEntries(kept) as T
}

/** A chat document is its own key; the chat is not. */
export function toChat(item: Chat): Chat {
  const {
    dedupeKey: _,
    publicPlace: _place,
    ...chat
  } = withoutSystemFields(item) as Chat & {
    dedupeKey: string
    publicPlace?: string
  }
  return chat
}

export function toEntry(item: object): StoredEntry {
  const { media, ...rest } = withoutSystemFields(item) as StoredEntry & { media?: string }
  const entry = rest as StoredEntry
  if (!media || entry.type !== 'message' || !entry.content) return entry
  const { text: _, ...content } = entry.content as Content & { text?: string }
  return { ...entry, content: content as Content }
}

/** Whether a document of the change feed is a log entry. */
export const isEntryDocument = (item: unknown): item is StoredEntry & { id: string; _ts: number } =>
  typeof item === 'object' &&
  item !== null &&
  'id' in item &&
  typeof item.id === 'string' &&
  item.id.startsWith('e:')
