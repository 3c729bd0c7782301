// The log of a chat: entries numbered 1, 2, 3… without a gap. An entry is a message or whatever else
// changes what a member sees. `n` counts the messages so far, so unread is arithmetic.

import type { FailureReason, Usage } from './bot.ts'

export interface Position {
  seq: number
  n: number
}

export type MediaType = 'image' | 'video' | 'audio' | 'file'

export type Content =
  | { type: 'text'; text: string }
  | {
      type: MediaType
      attachmentId: string
      name: string
      contentType: string
      size: number
      caption?: string | undefined
      /** Of an image, in pixels, as measured from what was stored. */
      width?: number | undefined
      height?: number | undefined
      /** A ThumbHash of an image, base64, as the sender gave it. */
      placeholder?: string | undefined
    }

export type Role = 'owner' | 'admin' | 'member' | 'reader'

interface EntryBase extends Position {
  chatId: string
  senderId: string
  /** ISO 8601, UTC, milliseconds. */
  createdAt: string
  clientMessageId?: string | undefined
}

/** Who reacted with what, in the order of their reactions. */
export type Reactions = Record<string, string[]>

/** A message as it was sent and, in the fields from `revision` on, what later entries did to it. */
export interface MessageEntry extends EntryBase {
  type: 'message'
  /** Absent once the message is deleted: text lives in one place. */
  content?: Content | undefined
  replyTo?: number | undefined
  /** Members whom the message names. */
  mentions?: string[] | undefined
  /** Whom it named when it was sent, once an edit has changed that: an edit asks no bot. Never shown. */
  firstMentions?: string[] | undefined
  run?: RunMark | undefined
  /** How often it was edited. */
  revision?: number | undefined
  editedAt?: string | undefined
  deletedAt?: string | undefined
  reactions?: Reactions | undefined
  /** When the other side of a direct chat had read it, for whoever is shown the message. Never stored. */
  readAt?: string | undefined
}

/** What a bot's reply says about the run that wrote it. */
export interface RunMark {
  runId: string
  promptSeq: number
  state: 'done' | 'stopped' | 'failed'
  reason?: FailureReason | undefined
  /** What the reply took, where a model was asked. */
  usage?: Usage | undefined
}

export interface MemberEntry extends EntryBase {
  type: 'member'
  userId: string
  change: 'added' | 'left' | 'removed' | 'role'
  role?: Role | undefined
  /** Where the person starts to see the log. */
  joined: Position
  /** How many members the chat has from here on. */
  memberCount: number
}

/** Names what was edited, never how it reads: that stands in the target alone. */
export interface EditEntry extends EntryBase {
  type: 'edit'
  target: number
  revision: number
  /** The target's content as it stands, for whoever is shown the entry. Never stored. */
  content?: Content | undefined
  /** Members whom the target named before, and no longer does. Never shown. */
  dropped?: string[] | undefined
}

export interface DeleteEntry extends EntryBase {
  type: 'delete'
  target: number
  /** Members whom the target named. Never shown. */
  dropped?: string[] | undefined
  /** What the target showed, to be removed. Never shown. */
  attachmentId?: string | undefined
}

export interface ReactionEntry extends EntryBase {
  type: 'reaction'
  target: number
  emoji: string
  on: boolean
}

/** Everybody's history up to `through` is gone. */
export interface ClearEntry extends EntryBase {
  type: 'clear'
  through: number
  /** How many messages that are. Never shown. */
  throughN?: number | undefined
}

export interface ChatEntry extends EntryBase {
  type: 'chat'
  change: 'created' | 'renamed' | 'visibility' | 'bot'
  name?: string | undefined
  visibility?: 'private' | 'public' | undefined
  /** The bot that was configured. */
  botId?: string | undefined
}

export interface ClosedEntry extends EntryBase {
  type: 'closed'
}

export type Entry =
  | MessageEntry
  | EditEntry
  | DeleteEntry
  | ReactionEntry
  | MemberEntry
  | ChatEntry
  | ClearEntry
  | ClosedEntry

/** What the store keeps beyond the entry: the key that makes a repeated append the same append, and who wrote it. */
export type StoredEntry = Entry & { dedupeKey: string; by: string }

type WithoutPlace<E> = E extends Entry ? Omit<E, 'seq' | 'n' | 'createdAt' | 'chatId'> : never

/** An entry that has not found its place in the log yet. */
export type NewEntry = WithoutPlace<Entry> & { dedupeKey: string }

/** The key under which a repeated send is recognised for ever. */
export const messageKey = (senderId: string, clientMessageId: string): string =>
  `${senderId}:${clientMessageId}`

/** Gives `entry` the place after `previous`. Only messages count in `n`. */
export function place(
  entry: NewEntry,
  previous: Position,
  chatId: string,
  createdAt: string,
): Entry & { dedupeKey: string } {
  const n = previous.n + (entry.type === 'message' ? 1 : 0)
  return { ...entry, chatId, seq: previous.seq + 1, n, createdAt } as Entry & { dedupeKey: string }
}

/**
 * Whether a stored entry is what a repeated append asks for; otherwise its id was reused for something else. What a
 * message said before it was edited or deleted nobody knows any more: there the id alone decides.
 */
export function sameEntry(stored: StoredEntry, asked: NewEntry): boolean {
  if (stored.type !== asked.type) return false
  if ('target' in stored && 'target' in asked) return stored.target === asked.target
  if (stored.type !== 'message' || asked.type !== 'message') return true
  if (stored.replyTo !== asked.replyTo) return false
  return stored.revision !== undefined || sameContent(stored.content, asked.content)
}

/** Whether two contents say the same; what the server added to one of them does not count. */
export function sameContent(a: Content | undefined, b: Content | undefined): boolean {
  if (!a || !b) return a === undefined
  if (a.type === 'text' || b.type === 'text')
    return a.type === 'text' && b.type === 'text' && a.text === b.text
  const same = (name: Exclude<keyof typeof a, 'type'>): boolean => a[name] === b[name]
  return (
    a.type === b.type && (['attachmentId', 'name', 'contentType', 'size', 'caption'] as const).every(same)
  )
}

/** The first 120 characters of what a chat list shows of a message; nothing of a deleted one. */
export function preview(content: Content | undefined): string {
  if (!content) return ''
  const text = content.type === 'text' ? content.text : (content.caption ?? content.name)
  return [...text.replaceAll(/\s+/g, ' ').trim()].slice(0, 120).join('')
}
