// The log in the `chats` container: one logical partition per chat, one transactional batch per commit.
import type { Container } from '@azure/cosmos'
import { type Chat, MAX_MEMBERS } from '../domain/chat.ts'
import type { ChatJob } from '../domain/chat-job.ts'
import type { MessageEntry, StoredEntry } from '../domain/entry.ts'
import { folded } from '../domain/user.ts'
import type { CommitOutcome, LogBatch, LogStore, MediaRange, MessageRange } from '../services/ports/log.ts'
import { retryAfterOf, statusOf, subStatusOf } from './cosmos-errors.ts'
import { inList, queryAll, readItem } from './cosmos-items.ts'
import { toOutcome, toSteps } from './log-batch.ts'
import {
  entryId,
  jobDocumentId,
  memberId,
  rosterId,
  toChat,
  toEntry,
  toJob,
  toMember,
} from './log-documents.ts'
import { searchChats, searchMessages } from './log-search.ts'

export function createLogStore(chats: Container): LogStore {
  const entries = async (chatId: string, text: string, values: Record<string, number | string>) => {
    const found = await queryAll<StoredEntry>(chats, { partition: chatId, text, values })
    return found.map(toEntry)
  }
  const members = async (chatId: string, text: string, values: Record<string, string>) => {
    const found = await queryAll<Parameters<typeof toMember>[0]>(chats, { partition: chatId, text, values })
    return found.map(toMember)
  }
  return {
    commit: (chatId, batch) => commit(chats, chatId, batch),
    async readEntry(chatId, seq) {
      const found = await readItem<StoredEntry>(chats, chatId, entryId(seq))
      return found && toEntry(found.item)
    },
    async findEntry(chatId, seq) {
      const found = await readItem<StoredEntry>(chats, chatId, entryId(seq))
      return found && { entry: toEntry(found.item), etag: found.etag }
    },
    async findChat(chatId) {
      const found = await readItem<Chat>(chats, chatId, 'chat')
      return found && { chat: toChat(found.item), etag: found.etag }
    },
    async readEntries(chatId, seqs) {
      const { text, values } = inList('id', seqs.map(entryId))
      return seqs.length === 0 ? [] : entries(chatId, `SELECT * FROM c WHERE c.id IN ${text}`, values)
    },
    async readTail(chatId) {
      const [tail] = await entries(chatId, 'SELECT TOP 1 * FROM c WHERE c.seq > 0 ORDER BY c.seq DESC', {})
      return tail
    },
    async findFrom(chatId, seq, limit) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.seq >= @seq ORDER BY c.seq`
      const values = { seq }
      const found = await queryAll<StoredEntry & { _etag: string }>(chats, {
        partition: chatId,
        text,
        values,
      })
      return found.map((item) => ({ entry: toEntry(item), etag: item._etag }))
    },
    readFrom: (chatId, seq, limit) =>
      entries(chatId, `SELECT TOP ${limit} * FROM c WHERE c.seq >= @seq ORDER BY c.seq`, { seq }),
    findByKeys(chatId, keys) {
      const { text, values } = inList('key', keys)
      return entries(chatId, `SELECT * FROM c WHERE c.dedupeKey IN ${text} AND c.seq > 0`, values)
    },
    listMessages: (chatId, range) => listMessages(chats, chatId, range),
    listMedia: (chatId, range) => listMedia(chats, chatId, range),
    async nextMessageOf(chatId, senderId, after) {
      const text = `SELECT TOP 1 * FROM c
        WHERE c.seq > @after AND c.type = 'message' AND c.senderId = @senderId ORDER BY c.seq`
      const [next] = await entries(chatId, text, { after, senderId })
      return next?.type === 'message' ? next : undefined
    },
    searchMessages: (chatId, ask) => searchMessages(chats, chatId, ask),
    searchChats: (chatIds, ask) => searchChats(chats, chatIds, ask),
    async readChat(chatId) {
      const found = await readItem<Chat>(chats, chatId, 'chat')
      return found && toChat(found.item)
    },
    async readMember(chatId, userId) {
      const found = await readItem<Parameters<typeof toMember>[0]>(chats, chatId, memberId(userId))
      return found && toMember(found.item)
    },
    async listMembers(chatId, { after = '', limit } = { limit: MAX_MEMBERS }) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.memberId > @after ORDER BY c.memberId`
      return members(chatId, text, { after })
    },
    async membersAmong(chatId, userIds) {
      const { text, values } = inList('id', userIds.map(memberId))
      return userIds.length === 0 ? [] : members(chatId, `SELECT * FROM c WHERE c.id IN ${text}`, values)
    },
    async listPublic({ prefix, after = '', limit }) {
      const text = `SELECT TOP ${limit} * FROM c
        WHERE STARTSWITH(c.publicPlace, @prefix) AND c.publicPlace > @after ORDER BY c.publicPlace`
      const values = { prefix: folded(prefix), after }
      const found = await queryAll<Chat & { publicPlace: string }>(chats, { text, values })
      return found.map((item) => ({ chat: toChat(item), place: item.publicPlace }))
    },
    async readJob(chatId, jobId) {
      const found = await readItem<ChatJob>(chats, chatId, jobDocumentId(jobId))
      return found && { job: toJob(found.item), etag: found.etag }
    },
    async readJobPeople(chatId, jobId) {
      return (await readItem<{ people: string[] }>(chats, chatId, rosterId(jobId)))?.item.people ?? []
    },
    async listJobs(chatId) {
      const text = 'SELECT * FROM c WHERE c.dueAt > 0'
      const found = await queryAll<ChatJob & { _etag: string }>(chats, { partition: chatId, text })
      return found.map((item) => ({ job: toJob(item), etag: item._etag }))
    },
    async listDueJobs(now, limit) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.dueAt > 0 AND c.dueAt <= @now`
      return (await queryAll<ChatJob>(chats, { text, values: { now } })).map(toJob)
    },
    listOwners: (chatId, limit) =>
      members(chatId, `SELECT TOP ${limit} * FROM c WHERE c.role = 'owner' AND c.memberId > ''`, {}),
    async hasJoinedSince(chatId, seq) {
      const text = "SELECT TOP 1 VALUE c.memberId FROM c WHERE c.memberId > '' AND c.joined.seq >= @seq"
      return (await queryAll<string>(chats, { partition: chatId, text, values: { seq } })).length > 0
    },
  }
}

/** A logical partition holds 20 GB: https://learn.microsoft.com/azure/cosmos-db/concepts-limits */
const NO_ROOM = 1014

async function commit(chats: Container, chatId: string, batch: LogBatch): Promise<CommitOutcome> {
  const steps = toSteps(chatId, batch)
  try {
    const response = await chats.items.batch(
      steps.map((step) => step.operation),
      chatId,
    )
    return toOutcome(steps, response.result ?? [])
  } catch (thrown) {
    // The SDK wraps what a batch throws, and the status with it.
    const error = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
    const status = statusOf(error)
    if (status === 429) return { kind: 'throttled', retryAfterMs: retryAfterOf(error) }
    if (status === 403 && subStatusOf(error) === NO_ROOM) return { kind: 'full' }
    const refused =
      typeof status === 'number' && status >= 400 && status < 500 && status !== 408 && status !== 449
    if (refused) throw thrown
    // The SDK does not repeat a write whose answer was lost, and neither may we before the log was asked.
    return { kind: 'unknown', cause: error }
  }
}

async function listMessages(chats: Container, chatId: string, range: MessageRange): Promise<MessageEntry[]> {
  const forward = range.after !== undefined && range.before === undefined
  const low = Math.max(range.from - 1, range.after ?? 0)
  const text = `SELECT TOP ${range.limit} * FROM c
    WHERE c.seq > @low AND c.seq < @high AND c.type = 'message' ORDER BY c.seq ${forward ? 'ASC' : 'DESC'}`
  const values = { low, high: range.before ?? Number.MAX_SAFE_INTEGER }
  const found = await queryAll<StoredEntry>(chats, { partition: chatId, text, values })
  const messages = found.map(toEntry) as (StoredEntry & MessageEntry)[]
  return forward ? messages : messages.reverse()
}

async function listMedia(chats: Container, chatId: string, range: MediaRange): Promise<MessageEntry[]> {
  const { from, before = Number.MAX_SAFE_INTEGER, type, limit } = range
  const text = `SELECT TOP ${limit} * FROM c
    WHERE c.seq >= @from AND c.seq < @before AND c.media ${type ? '= @type' : "> ''"} ORDER BY c.seq DESC`
  const values = { from, before, ...(type && { type }) }
  const found = await queryAll<StoredEntry>(chats, { partition: chatId, text, values })
  return found.map(toEntry) as (StoredEntry & MessageEntry)[]
}
