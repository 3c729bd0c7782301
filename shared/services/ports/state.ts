// What the use cases need of the hot state beside the log: heads, receipts, runs, what bots used up. shared/azure meets it.
import type { Run, Summary, Turn } from '../../domain/bot.ts'
import type { Head, Receipt } from '../../domain/chat.ts'
import type { Position } from '../../domain/entry.ts'
import type { ReadStep } from '../../domain/read-at.ts'

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
  /** The run whose turn it is in this chat, as far as is known; undefined when nobody ever had it. */
  readTurn(chatId: string): Promise<{ turn: Turn; etag: string } | undefined>
  /** Writes the turn unless somebody did since; without an etag: unless there is one. */
  writeTurn(turn: Turn, etag: string | undefined): Promise<boolean>
  /** Runs of a chat that wait, in the order of their prompts. */
  listWaitingRuns(chatId: string): Promise<{ run: Run; etag: string }[]>
  /** Open runs anywhere that nobody has worked on since `before` (epoch milliseconds), at most `limit`. */
  listLapsedRuns(before: number, limit: number): Promise<Run[]>
  /** Of what is too old to be shown to models word by word. */
  readSummary(chatId: string): Promise<{ summary: Summary; etag: string } | undefined>
  /** Writes it unless somebody did since; without an etag: unless there is one. */
  writeSummary(summary: Summary, etag: string | undefined): Promise<boolean>
  /** Forgets the summary; with `seq` only one that reaches so far. */
  dropSummary(chatId: string, seq?: number): Promise<void>
  /** Created once: returns what is there when another was first. */
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
