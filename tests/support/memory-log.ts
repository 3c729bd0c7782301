import { type Chat, type Member, publicPlace } from '../../shared/domain/chat.ts'
import type { ChatJob, JobChange } from '../../shared/domain/chat-job.ts'
import type { MessageEntry, StoredEntry } from '../../shared/domain/entry.ts'
import { folded } from '../../shared/domain/user.ts'
import type { CommitOutcome, LogBatch, LogStore, MessageRange } from '../../shared/services/ports/log.ts'

interface Partition {
  chat?: Chat | undefined
  entries: StoredEntry[]
  members: Map<string, Member>
  /** Members who lost the right to write. */
  silenced: Set<string>
  /** Counts the changes of each document, by seq; the chat's under 0. */
  versions: Map<number, number>
  jobs: Map<string, { job: ChatJob; etag: string; people: string[] }>
}

/** The port of the log, met by lists: a batch is checked as the store checks it, in the same order, and is all or nothing. */
export function memoryLog(): LogStore {
  const chats = new Map<string, Partition>()
  const of = (chatId: string): Partition => {
    const known = chats.get(chatId) ?? {
      entries: [],
      members: new Map(),
      silenced: new Set(),
      versions: new Map(),
      jobs: new Map(),
    }
    chats.set(chatId, known)
    return known
  }
  return {
    async commit(chatId, batch) {
      const refused = refusal(of(chatId), batch)
      if (refused) return refused
      apply(of(chatId), batch)
      return { kind: 'committed' }
    },
    readEntry: async (chatId, seq) => of(chatId).entries.find((entry) => entry.seq === seq),
    async findEntry(chatId, seq) {
      const entry = of(chatId).entries.find((known) => known.seq === seq)
      return entry && { entry, etag: etagOf(of(chatId), seq) }
    },
    async findChat(chatId) {
      const { chat } = of(chatId)
      return chat && { chat, etag: etagOf(of(chatId), 0) }
    },
    readEntries: async (chatId, seqs) => of(chatId).entries.filter(({ seq }) => seqs.includes(seq)),
    readTail: async (chatId) => of(chatId).entries.at(-1),
    findFrom: async (chatId, seq, limit) =>
      of(chatId)
        .entries.filter((entry) => entry.seq >= seq)
        .slice(0, limit)
        .map((entry) => ({ entry, etag: etagOf(of(chatId), entry.seq) })),
    readFrom: async (chatId, seq, limit) =>
      of(chatId)
        .entries.filter((entry) => entry.seq >= seq)
        .slice(0, limit),
    findByKeys: async (chatId, keys) =>
      of(chatId).entries.filter(({ dedupeKey }) => keys.includes(dedupeKey)),
    listMessages: async (chatId, range) => listMessages(of(chatId).entries, range),
    listMedia: async (chatId, { from, before = Number.POSITIVE_INFINITY, type, limit }) =>
      of(chatId)
        .entries.filter((entry) => entry.type === 'message')
        .filter(
          ({ seq, content }) =>
            seq >= from &&
            seq < before &&
            content &&
            content.type !== 'text' &&
            content.type === (type ?? content.type),
        )
        .slice(-limit)
        .reverse(),
    async nextMessageOf(chatId, senderId, after) {
      const next = of(chatId).entries.find(
        (entry) => entry.type === 'message' && entry.seq > after && entry.senderId === senderId,
      )
      return next?.type === 'message' ? next : undefined
    },
    searchMessages: async (chatId, { terms, from, before = Number.POSITIVE_INFINITY, limit }) =>
      of(chatId)
        .entries.filter((entry) => entry.type === 'message')
        .filter((entry) => entry.seq >= from && entry.seq < before && says(entry, terms))
        .reverse()
        .slice(0, limit),
    searchChats: async (chatIds, { terms, until = '~', limit }) =>
      chatIds
        .flatMap((chatId) => of(chatId).entries.filter((entry) => entry.type === 'message'))
        .filter((entry) => entry.createdAt <= until && says(entry, terms))
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
        .slice(0, limit),
    readChat: async (chatId) => of(chatId).chat,
    readMember: async (chatId, userId) => of(chatId).members.get(userId),
    listMembers: async (chatId, { after = '', limit } = { limit: 5_000 }) =>
      [...of(chatId).members.values()]
        .filter(({ userId }) => userId > after)
        .sort((a, b) => (a.userId < b.userId ? -1 : 1))
        .slice(0, limit),
    membersAmong: async (chatId, userIds) =>
      userIds.flatMap((userId) => of(chatId).members.get(userId) ?? []),
    async listPublic({ prefix, after = '', limit }) {
      const all = [...chats.values()].flatMap(({ chat }) => {
        const place = chat && publicPlace(chat)
        return place === undefined ? [] : [{ chat: chat!, place }]
      })
      return all
        .filter(({ place }) => place.startsWith(folded(prefix)) && place > after)
        .sort((a, b) => (a.place < b.place ? -1 : 1))
        .slice(0, limit)
    },
    async readJob(chatId, jobId) {
      return of(chatId).jobs.get(jobId)
    },
    readJobPeople: async (chatId, jobId) => of(chatId).jobs.get(jobId)?.people ?? [],
    listJobs: async (chatId) => [...of(chatId).jobs.values()],
    listDueJobs: async (now) =>
      [...chats.values()].flatMap(({ jobs }) =>
        [...jobs.values()].flatMap(({ job }) => (job.dueAt <= now ? [job] : [])),
      ),
    listOwners: async (chatId, limit) =>
      [...of(chatId).members.values()].filter(({ role }) => role === 'owner').slice(0, limit),
    hasJoinedSince: async (chatId, seq) =>
      [...of(chatId).members.values()].some(({ joined }) => joined.seq >= seq),
  }
}

/** Whole words in a row, whatever their case: the store knows more of words than that. */
function says({ content }: MessageEntry, terms: string[]): boolean {
  if (!content) return false
  const text = content.type === 'text' ? content.text : `${content.caption} ${content.name}`
  const words = ` ${text
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
    ?.join(' ')} `
  return terms.every((term) => words.includes(` ${term.toLowerCase()} `))
}

const etagOf = (at: Partition, seq: number): string => `v${at.versions.get(seq) ?? 0}`

function refusal(at: Partition, batch: LogBatch): CommitOutcome | undefined {
  const taken = at.entries.some((old) =>
    batch.entries.some((entry) => entry.seq === old.seq || entry.dedupeKey === old.dedupeKey),
  )
  if (taken || (batch.chat && at.chat)) return { kind: 'conflict' }
  const { updates = [], chatUpdate } = batch
  const stale = updates.some(({ entry, etag }) => etagOf(at, entry.seq) !== etag)
  if (stale || (chatUpdate && etagOf(at, 0) !== chatUpdate.etag)) return { kind: 'stale' }
  if (batch.job && batch.job.kind === 'move') {
    if (at.jobs.get(batch.job.job.jobId)?.etag !== batch.job.etag) return { kind: 'stale' }
  }
  const wrong = batch.members?.some(
    ({ kind, member }) => at.members.has(member.userId) === (kind === 'create'),
  )
  if (wrong) return { kind: 'member-conflict' }
  for (const userId of batch.writers) {
    const role = at.members.get(userId)?.role
    if (role === undefined || role === 'reader' || at.silenced.has(userId))
      return { kind: 'not-writer', userId }
  }
  const { guardSeq } = batch
  if (guardSeq !== undefined && !at.entries.some(({ seq }) => seq === guardSeq)) return { kind: 'gap' }
  return undefined
}

function apply(
  at: Partition,
  { chat, entries, members = [], updates = [], chatUpdate, job }: LogBatch,
): void {
  if (job) applyJob(at, job)
  at.chat = chatUpdate?.chat ?? at.chat ?? chat
  at.entries.push(...entries)
  for (const { entry } of updates) at.entries[at.entries.findIndex(({ seq }) => seq === entry.seq)] = entry
  for (const changed of [...updates.map(({ entry }) => entry.seq), ...(chatUpdate ? [0] : [])])
    at.versions.set(changed, (at.versions.get(changed) ?? 0) + 1)
  for (const { kind, member } of members) {
    if (kind === 'silence') at.silenced.add(member.userId)
    else if (kind === 'unsilence') at.silenced.delete(member.userId)
    else if (kind === 'remove') at.members.delete(member.userId)
    else at.members.set(member.userId, member)
  }
}

function applyJob(at: Partition, change: JobChange): void {
  const { job } = change
  if (change.kind === 'end') return void at.jobs.delete(job.jobId)
  const known = at.jobs.get(job.jobId)
  const people = change.kind === 'create' ? change.people : (known?.people ?? [])
  at.jobs.set(job.jobId, { job, people, etag: `j${Number(known?.etag.slice(1) ?? 0) + 1}` })
}

function listMessages(entries: StoredEntry[], { from, before, after, limit }: MessageRange): MessageEntry[] {
  const found = entries
    .filter((entry) => entry.type === 'message')
    .filter(({ seq }) => seq >= from && seq > (after ?? 0) && seq < (before ?? Number.POSITIVE_INFINITY))
  return after !== undefined && before === undefined ? found.slice(0, limit) : found.slice(-limit)
}
