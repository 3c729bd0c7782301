// What the use cases need of the log: one partition per chat, one atomic write per commit. shared/azure meets it.

import type { Chat, Member } from '../../domain/chat.ts'
import type { ChatJob, JobChange } from '../../domain/chat-job.ts'
import type { MediaType, MessageEntry, StoredEntry } from '../../domain/entry.ts'

/** One atomic write into a chat's partition. */
export interface LogBatch {
  entries: StoredEntry[]
  /** Who must be allowed to write, each read inside the batch. */
  writers: string[]
  /** The entry that must already exist; absent only when the chat itself is created. */
  guardSeq?: number | undefined
  chat?: Chat | undefined
  members?: MemberChange[] | undefined
  /** Entries that these ones change, as they are to stand, unless somebody changed them since. */
  updates?: { entry: StoredEntry; etag: string }[] | undefined
  /** The chat as it is to stand, unless somebody changed it since. */
  chatUpdate?: { chat: Chat; etag: string } | undefined
  /** Work that begins, moves on or ends with the batch, unless somebody moved it since. */
  job?: JobChange | undefined
}

export interface MemberChange {
  member: Member
  /**
   * `create` a member who must not be there yet, `replace` one who must, `remove` one with the right to write.
   * `silence` takes the right to write from one who has it and leaves the member, `unsilence` gives it back.
   */
  kind: 'create' | 'replace' | 'remove' | 'silence' | 'unsilence'
}

export type CommitOutcome =
  | { kind: 'committed' }
  /** The first number was taken, or a key was: only the log can tell. */
  | { kind: 'conflict' }
  | { kind: 'not-writer'; userId: string }
  /** The guard is missing: the guessed number is too high. */
  | { kind: 'gap' }
  /** A member to create is there, or one to replace or remove is not. */
  | { kind: 'member-conflict' }
  /** What was to be updated has changed meanwhile. */
  | { kind: 'stale' }
  /** Nobody knows whether it was written: look the keys up first. */
  | { kind: 'unknown'; cause: unknown }
  | { kind: 'throttled'; retryAfterMs: number }
  /** The chat's partition has no room left. */
  | { kind: 'full' }

export interface LogStore {
  commit(chatId: string, batch: LogBatch): Promise<CommitOutcome>
  readEntry(chatId: string, seq: number): Promise<StoredEntry | undefined>
  /** An entry, or the chat, and the etag that an update of it needs. */
  findEntry(chatId: string, seq: number): Promise<{ entry: StoredEntry; etag: string } | undefined>
  findChat(chatId: string): Promise<{ chat: Chat; etag: string } | undefined>
  /** These entries, as far as they exist, in any order. */
  readEntries(chatId: string, seqs: number[]): Promise<StoredEntry[]>
  readTail(chatId: string): Promise<StoredEntry | undefined>
  /** As `readFrom`, each with the etag that an update of it needs. */
  findFrom(chatId: string, seq: number, limit: number): Promise<{ entry: StoredEntry; etag: string }[]>
  /** Ascending, from `seq` on. */
  readFrom(chatId: string, seq: number, limit: number): Promise<StoredEntry[]>
  findByKeys(chatId: string, dedupeKeys: string[]): Promise<StoredEntry[]>
  /** Messages in the open interval, ascending; the newest ones unless only `after` is given. */
  listMessages(chatId: string, range: MessageRange): Promise<MessageEntry[]>
  /** Messages with an attachment in the open interval, newest first. */
  listMedia(chatId: string, range: MediaRange): Promise<MessageEntry[]>
  /** The sender's first message beyond `after`. */
  nextMessageOf(chatId: string, senderId: string, after: number): Promise<MessageEntry | undefined>
  /** Messages of a chat with all of the terms, newest first. */
  searchMessages(chatId: string, ask: MessageSearch): Promise<MessageEntry[]>
  /** The same of several chats, newest first by the time they were sent. */
  searchChats(chatIds: string[], ask: ChatsSearch): Promise<MessageEntry[]>
  readChat(chatId: string): Promise<Chat | undefined>
  readMember(chatId: string, userId: string): Promise<Member | undefined>
  /** By user id, after `after`; all of them unless there is a limit. */
  listMembers(chatId: string, page?: { after?: string | undefined; limit: number }): Promise<Member[]>
  /** Those of these users who are members. */
  membersAmong(chatId: string, userIds: string[]): Promise<Member[]>
  /** Public groups by name, those after `after`; `place` is where each stands in that order. */
  listPublic(page: {
    prefix: string
    after?: string | undefined
    limit: number
  }): Promise<{ chat: Chat; place: string }[]>
  readJob(chatId: string, jobId: string): Promise<{ job: ChatJob; etag: string } | undefined>
  /** The people a fill lets in, in the order given. */
  readJobPeople(chatId: string, jobId: string): Promise<string[]>
  /** Jobs of this chat that are not done. */
  listJobs(chatId: string): Promise<{ job: ChatJob; etag: string }[]>
  /** Jobs of all chats that nobody has moved by their time, as many as `limit`. */
  listDueJobs(now: number, limit: number): Promise<ChatJob[]>
  /** As many of the owners as are asked for. */
  listOwners(chatId: string, limit: number): Promise<Member[]>
  /** Whether somebody came at `seq` or later, and so may not see what stands there. */
  hasJoinedSince(chatId: string, seq: number): Promise<boolean>
}

export interface MessageRange {
  from: number
  before?: number | undefined
  after?: number | undefined
  limit: number
}

export interface MediaRange {
  from: number
  before?: number | undefined
  type?: MediaType | undefined
  limit: number
}

/** A term is a word, or several that stand in a row. */
export interface MessageSearch {
  terms: string[]
  from: number
  before?: number | undefined
  limit: number
}

export interface ChatsSearch {
  terms: string[]
  /** Sent by then, ISO 8601. */
  until?: string | undefined
  limit: number
}
