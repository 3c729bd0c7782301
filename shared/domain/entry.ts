// The log of a chat: entries numbered 1, 2, 3… without a gap. An entry is a message or whatever else
// changes what a member sees. `n` counts the messages so far, so unread is arithmetic.

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
    }

export type Role = 'owner' | 'admin' | 'member' | 'reader'

interface EntryBase extends Position {
  chatId: string
  senderId: string
  /** ISO 8601, UTC, milliseconds. */
  createdAt: string
  clientMessageId?: string | undefined
}

export interface MessageEntry extends EntryBase {
  type: 'message'
  content: Content
  replyTo?: number | undefined
  run?: RunMark | undefined
}

/** What a bot's reply says about the run that wrote it. */
export interface RunMark {
  runId: string
  promptSeq: number
  state: 'done' | 'stopped' | 'failed'
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

export interface ChatEntry extends EntryBase {
  type: 'chat'
  change: 'created' | 'renamed'
  name?: string | undefined
}

export interface ClosedEntry extends EntryBase {
  type: 'closed'
}

export type Entry = MessageEntry | MemberEntry | ChatEntry | ClosedEntry

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

/** Whether a stored entry is what a repeated append asks for; otherwise its id was reused for something else. */
export function sameEntry(stored: StoredEntry, asked: NewEntry): boolean {
  if (stored.type !== asked.type) return false
  if (stored.type !== 'message' || asked.type !== 'message') return true
  return sameContent(stored.content, asked.content) && stored.replyTo === asked.replyTo
}

function sameContent(a: Content, b: Content): boolean {
  if (a.type === 'text' || b.type === 'text')
    return a.type === 'text' && b.type === 'text' && a.text === b.text
  const same = (name: Exclude<keyof typeof a, 'type'>): boolean => a[name] === b[name]
  return (
    a.type === b.type && (['attachmentId', 'name', 'contentType', 'size', 'caption'] as const).every(same)
  )
}

/** The first 120 characters of what a chat list shows of a message. */
export function preview(content: Content): string {
  const text = content.type === 'text' ? content.text : (content.caption ?? content.name)
  return [...text.replaceAll(/\s+/g, ' ').trim()].slice(0, 120).join('')
}
