// What the use cases need from the world. shared/azure meets these with the Azure SDKs.

import type { Attachment } from '../domain/attachment.ts'
import type { Run, Summary, Turn } from '../domain/bot.ts'
import type { Chat, Head, InboxChange, InboxItem, Member, Receipt } from '../domain/chat.ts'
import type { ChatJob, JobChange } from '../domain/chat-job.ts'
import type { MediaType, MessageEntry, Position, StoredEntry } from '../domain/entry.ts'
import type { ReadStep } from '../domain/read-at.ts'
import type { Report } from '../domain/report.ts'
import type { Settings } from '../domain/settings.ts'
import type { Profile, User } from '../domain/user.ts'

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

export interface StateStore {
  readHead(chatId: string): Promise<Head | undefined>
  /** Heads of many chats, one user's receipts in them and, from `movedSince` (seconds) on, everybody's: one query. */
  readSummaries(
    chatIds: string[],
    userId: string,
    movedSince?: number,
  ): Promise<{ heads: Head[]; receipts: Receipt[] }>
  /** False when there is one already. */
  createHead(head: Head): Promise<boolean>
  /** Moves the head forward, never back; false when it already was at or beyond `seq`. */
  advanceHead(chatId: string, to: HeadMove): Promise<boolean>
  /** Shows `text` where the head shows the message `seq`, if it does. */
  retouchPreview(chatId: string, seq: number, text: string): Promise<void>
  /** The chat is over: nothing up to the position is to be seen by anybody. */
  closeHead(chatId: string, at: Position): Promise<void>
  /** Nothing up to the position is to be seen by anybody, also where the head shows it. Only forward; false without a head. */
  clearHead(chatId: string, to: Position): Promise<boolean>
  /** Deletes everything of the chat but its head and its attachments, which go on their own. */
  purge(chatId: string): Promise<void>
  /** Forgets senders' own reads that are in their receipts by now. */
  pruneSent(chatId: string, folded: Record<string, Position>): Promise<void>
  readReceipt(chatId: string, userId: string): Promise<Receipt | undefined>
  listReceipts(chatId: string): Promise<Receipt[]>
  /** Those of a few chats: one query. */
  listReceiptsOf(chatIds: string[]): Promise<Receipt[]>
  /** Creates or moves forward one watermark. Returns the receipt as it stands. With `step` a read mark's move is kept. */
  moveReceipt(
    chatId: string,
    userId: string,
    mark: 'delivered' | 'read',
    to: Position & { at: string },
    step?: 'step',
  ): Promise<Receipt>
  /** The kept moves of read marks over any of these entries. */
  readSteps(chatId: string, from: number, through: number): Promise<ReadStep[]>
  /** Created once: returns what is there when another was first. */
  /** The run whose turn it is in this chat, as far as is known; undefined when nobody ever had it. */
  readTurn(chatId: string): Promise<{ turn: Turn; etag: string } | undefined>
  /** Writes the turn unless somebody did since; without an etag: unless there is one. */
  writeTurn(turn: Turn, etag: string | undefined): Promise<boolean>
  /** Runs of a chat that wait, in the order of their prompts. */
  listWaitingRuns(chatId: string): Promise<Run[]>
  /** Open runs anywhere that nobody has worked on since `before` (epoch milliseconds), at most `limit`. */
  listLapsedRuns(before: number, limit: number): Promise<Run[]>
  /** Of what is too old to be shown to models word by word. */
  readSummary(chatId: string): Promise<{ summary: Summary; etag: string } | undefined>
  /** Writes it unless somebody did since; without an etag: unless there is one. */
  writeSummary(summary: Summary, etag: string | undefined): Promise<boolean>
  /** Forgets the summary; with `seq` only one that reaches so far. */
  dropSummary(chatId: string, seq?: number): Promise<void>
  createRun(run: Run): Promise<{ run: Run; etag: string; created: boolean }>
  readRun(chatId: string, runId: string): Promise<{ run: Run; etag: string } | undefined>
  /** Writes only if nobody wrote since; undefined when somebody did. */
  replaceRun(run: Run, etag: string): Promise<{ etag: string } | undefined>
}

/** Tokens that bots used up, counted by day (`2026-03-01`). */
export interface UsageStore {
  read(payer: { userId: string; chatId: string }, day: string): Promise<{ user: number; chat: number }>
  add(payer: { userId: string; chatId: string }, day: string, tokens: number): Promise<void>
}

export interface HeadMove extends Position {
  at: string
  /** The newest message among what was published, and how it reads. */
  preview?: { seq: number; text: string } | undefined
  /** Older messages that read differently now: one of them may be what the head shows. */
  retouched?: { seq: number; text: string }[] | undefined
  name?: string | undefined
  visibility?: Head['visibility']
  cleared?: Position | undefined
  senderId: string
  sent: Head['sent']
  memberCount?: number | undefined
}

export interface InboxStore {
  list(
    userId: string,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<{ items: InboxItem[]; cursor?: string | undefined }>
  read(userId: string, chatId: string): Promise<InboxItem | undefined>
  /** Chats that the user was taken out of since then, ISO 8601, and is not in again. */
  lostSince(userId: string, since: string): Promise<string[]>
  /** Which of these chats the user is in. */
  whichOf(userId: string, chatIds: string[]): Promise<Set<string>>
  /** Writes the item unless a newer membership entry is already reflected there. */
  apply(item: InboxItem): Promise<void>
  /** The membership entry that the item reflects, also one of a removal; 0 for none. */
  reflects(userId: string, chatId: string): Promise<number>
  /** Changes what is the user's own; `cleared` moves only forward. Undefined when the chat is not theirs. */
  change(userId: string, chatId: string, change: InboxChange): Promise<InboxItem | undefined>
  /** The direct chats of a user and who is on the other side, put away ones too. */
  listPeers(userId: string): Promise<{ chatId: string; peerId: string }[]>
  /** What the other side of a direct chat is called from now on. */
  renamePeer(userId: string, chatId: string, name: string): Promise<void>
  /** The groups of a user. */
  listGroups(userId: string): Promise<string[]>
  /** Which of these users have an item of one of these chats. */
  whoIsIn(userIds: string[], chatIds: string[]): Promise<Set<string>>
  /** Notes activity, only forward. */
  touch(userId: string, chatId: string, activeAt: string): Promise<void>
  /** Remembers that the message `seq` names the user, or forgets it. */
  mention(userId: string, chatId: string, seq: number, on: boolean): Promise<void>
}

export interface StoredUser extends User {
  /** The name is new, and not known to have reached all direct chats. */
  nameSpreads?: true | undefined
  passwordHash?: string | undefined
}

export interface UserStore {
  /** False when the name is taken. The reservation lapses by itself unless confirmed. */
  reserveName(kind: 'handle' | 'email', name: string, userId: string): Promise<boolean>
  confirmName(kind: 'handle' | 'email', name: string, userId: string): Promise<void>
  findByName(kind: 'handle' | 'email', name: string): Promise<string | undefined>
  /** Gives a name back, unless it is another's by now. */
  releaseName(kind: 'handle' | 'email', name: string, userId: string): Promise<void>
  /** The account as it reads from now on. */
  create(user: StoredUser): Promise<StoredUser>
  read(userId: string): Promise<StoredUser | undefined>
  /** Changes the account, atomically; undefined when there is none. `change` may run again. */
  update(userId: string, change: (now: StoredUser) => StoredUser): Promise<StoredUser | undefined>
  /** Listed people in the order of their handles. `prefix` is folded, and begins a handle or a display name. */
  search(ask: UserSearch): Promise<StoredUser[]>
  /** Changes what is known of sign-ins under this login, atomically. `change` may run again, and may throw to leave it. */
  updateAttempts(login: string, change: (now: Attempts | undefined) => Attempts | undefined): Promise<void>
}

export interface UserSearch {
  prefix: string
  type?: Profile['type'] | undefined
  /** Only handles beyond this one. */
  after: string
  limit: number
}

/** When each of the people blocked was, by their ids. */
export type Blocks = Record<string, string>

/** What a person keeps beside the account. `change` may run again; undefined from it leaves things as they are. */
export interface PersonalStore {
  readSettings(userId: string): Promise<Settings | undefined>
  updateSettings(userId: string, change: (now: Settings | undefined) => Settings): Promise<Settings>
  readBlocks(userId: string): Promise<Blocks>
  updateBlocks(userId: string, change: (now: Blocks) => Blocks | undefined): Promise<void>
  noteSeen(userId: string, at: string): Promise<void>
  /** What these people let `askerId` know of their comings and goings: one query. Unknown ones are left out. */
  readSeen(userIds: string[], askerId: string): Promise<Seen[]>
}

export interface Seen {
  userId: string
  lastSeenAt?: string | undefined
  /** The person hides, or has blocked who asks. */
  hidden: boolean
}

export interface ReportStore {
  /** Creates it once: returns the one that is there already under its id. */
  create(report: Report): Promise<Report | undefined>
  /** Newest first, from before `before` on. */
  list(page: { before?: string | undefined; limit: number }): Promise<Report[]>
}

export interface Attempts {
  failures: number
  /** Sign-ins being looked at, and since when. */
  open: number
  openSince: number
  /** Epoch milliseconds before which no further try is looked at. */
  blockedUntil: number
}

export interface Session {
  sessionId: string
  userId: string
  /** SHA-256 of the one refresh token that is good now. */
  tokenHash: string
  createdAt: string
  revoked: boolean
}

export interface SessionStore {
  create(session: Session): Promise<void>
  read(userId: string, sessionId: string): Promise<{ session: Session; etag: string } | undefined>
  /** False when another request changed the session meanwhile. */
  replace(session: Session, etag: string): Promise<boolean>
  /** Makes the revocation known to every process. */
  revoke(userId: string, sessionId: string, at: number): Promise<void>
  /** Sessions revoked at or after `since` (epoch milliseconds). */
  revokedSince(since: number): Promise<{ sessionId: string; at: number }[]>
}

export interface AttachmentStore {
  /** False when it is there already. */
  create(attachment: Attachment): Promise<boolean>
  read(chatId: string, attachmentId: string): Promise<{ attachment: Attachment; etag: string } | undefined>
  /** False when it changed since. */
  replace(attachment: Attachment, etag: string): Promise<boolean>
  delete(chatId: string, attachmentId: string): Promise<void>
  /** Of all chats, those that have been waiting since before this time (epoch milliseconds). */
  listPending(before: number, limit: number): Promise<{ attachment: Attachment; etag: string }[]>
}

/** The bytes of attachments. Its addresses are good for whoever holds them, and not for long. */
export interface MediaStore {
  /** Where to send the bytes, once: what is there is never overwritten. */
  uploadUrl(
    attachment: Attachment,
  ): Promise<{ url: string; headers: Record<string, string>; expiresAt: string }>
  readUrl(
    attachment: Pick<Attachment, 'chatId' | 'attachmentId'>,
    served: { contentType: string; disposition: string },
  ): Promise<{ url: string; expiresAt: string }>
  /** What is stored, with as many of its first bytes as asked for; undefined for nothing. */
  inspect(chatId: string, attachmentId: string, bytes: number): Promise<StoredBytes | undefined>
  remove(chatId: string, attachmentId: string): Promise<void>
}

export interface StoredBytes {
  size: number
  contentType: string
  /** One that would be served with an encoding is not what it says. */
  isPlain: boolean
  etag: string
  start: Uint8Array
}

export interface Push {
  toGroup(group: string, frame: unknown): Promise<void>
  toUser(userId: string, frame: unknown): Promise<void>
  addUserToGroup(userId: string, group: string): Promise<void>
  removeUserFromGroup(userId: string, group: string): Promise<void>
  addConnectionToGroup(connectionId: string, group: string): Promise<void>
  removeConnectionFromGroup(connectionId: string, group: string): Promise<void>
  closeGroup(group: string, reason: string): Promise<void>
  /** Whether the user has a socket open. */
  userExists(userId: string): Promise<boolean>
  clientUrl(userId: string, groups: string[], minutes: number): Promise<string>
  isHealthy(): Promise<void>
}

/** What a model is asked. Which model, is the provider's own. */
export interface ModelRequest {
  system?: string | undefined
  temperature?: number | undefined
  maxOutputTokens?: number | undefined
  tools?: ModelTool[] | undefined
  turns: ModelTurn[]
}

/** What a model may call. `parameters` is a JSON Schema of an object. */
export interface ModelTool {
  name: string
  description: string
  parameters: Record<string, unknown>
}

/** A function that a bot may call. */
export interface Tool extends ModelTool {
  /** @throws Error whose message the model is told */
  run(args: Record<string, unknown>, scope: ToolScope, signal: AbortSignal): Promise<string>
}

/** Where, and for whom, a tool is called. */
export interface ToolScope {
  chatId: string
  /** Who asked the bot. */
  userId: string
}

export type ModelTurn =
  | { role: 'user'; text: string; images?: ModelImage[] | undefined }
  | { role: 'model'; text: string; toolCalls?: ToolCall[] | undefined }
  /** The answers to all calls of the turn before, in its order. */
  | { role: 'tool'; results: ToolResult[] }

/** `data` is base64. */
export interface ModelImage {
  mimeType: string
  data: string
}

export interface ToolCall {
  id: string
  name: string
  /** JSON as the model wrote it: nobody has checked that it is any. */
  arguments: string
  /** The model's own mark, which it wants to see again with the call. */
  signature?: string | undefined
}

export interface ToolResult {
  callId: string
  name: string
  content: string
}

/** `filtered`: the model, or its service, refused to go on. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'filtered' | 'other'

/**
 * The pieces of an answer in their order. Text may be empty: the model is at work. `finish` comes once, `usage` holds the
 * totals so far.
 */
export type ModelChunk =
  | { text: string }
  | { toolCall: ToolCall }
  | { finish: FinishReason }
  | { usage: { promptTokens: number; replyTokens: number } }

/**
 * Streams one answer. Aborting the signal ends the call upstream.
 * @throws Error that says what went wrong upstream, or the reason of the signal
 */
export type Provider = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelChunk>

/** Secrets that change while the app runs. */
export interface Secrets {
  /** The newest value; undefined when there is none. */
  read(name: string): Promise<string | undefined>
  /** The values in use, the newest first. `refresh`: another process may know a newer one already. */
  readVersions(name: string, refresh?: boolean): Promise<string[]>
  /** Asks the vault, whatever is kept. @throws Error when it does not answer */
  ping(): Promise<void>
}

export type Logger = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Record<string, unknown>,
) => void

export interface Time {
  /** Epoch milliseconds. */
  now(): number
  /** Rejects as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
