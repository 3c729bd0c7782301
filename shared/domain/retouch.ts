// What later entries do to a message. Pure: the message as it stands is the one sent and these, in the order of the log.
import type { Content, DeleteEntry, MessageEntry, StoredEntry } from './entry.ts'

export type StoredMessage = StoredEntry & MessageEntry

/** More different emoji, or more reactions in all, a message does not take. */
export const MAX_EMOJI = 20
export const MAX_REACTIONS = 1_000
/** Members whom one message may name. */
export const MAX_MENTIONS = 50

type Text = Extract<Content, { type: 'text' }>
type Media = Exclude<Content, Text>

/** What an edit may say of a message: another text or, of media, another caption; the rest as it is, or left out. */
export type EditedContent = Text | (Pick<Media, 'type' | 'attachmentId' | 'caption'> & Partial<Media>)

/** The content after the edit, or the name of the field that an edit cannot change. */
export function editContent(stored: Content, asked: EditedContent): { content: Content } | { fixed: string } {
  if (stored.type !== asked.type) return { fixed: 'type' }
  if (stored.type === 'text' || asked.type === 'text') return { content: asked as Text }
  const { caption, ...rest } = asked
  const fixed = Object.entries(rest).find(
    ([name, value]) => value !== undefined && value !== stored[name as keyof Media],
  )
  return fixed ? { fixed: fixed[0] } : { content: { ...stored, caption } }
}

/** The message after an edit at `at`. Without `mentions` it names whom it named. */
export function edit(
  message: StoredMessage,
  to: { content: Content; mentions: string[] | undefined; at: string },
): StoredMessage {
  const { content, mentions = message.mentions, at } = to
  const { firstMentions = message.mentions ?? [], revision = 0 } = message
  const named = to.mentions === undefined ? {} : { firstMentions }
  return { ...message, content, mentions, ...named, revision: revision + 1, editedAt: at }
}

/** The message after its deletion: where it stood, who sent it, and nothing of what it said or was answered with. */
export function erase(message: StoredMessage, at: string): StoredMessage {
  const { content: _, mentions: _m, firstMentions: _f, reactions: _r, ...rest } = message
  return { ...rest, deletedAt: at }
}

/** What a deletion leaves behind for those who clean up after it: ids, nothing that was said. */
export function tracesOf({ mentions, content }: MessageEntry): Pick<DeleteEntry, 'dropped' | 'attachmentId'> {
  return {
    ...(mentions && mentions.length > 0 && { dropped: mentions }),
    ...(content && content.type !== 'text' && { attachmentId: content.attachmentId }),
  }
}

export interface Reacting {
  userId: string
  emoji: string
  on: boolean
}

/**
 * The message after somebody's reaction; undefined when that changes nothing, `full` when it takes no more. The last
 * reaction taken back leaves an empty record: the message was touched.
 */
export function react(
  message: StoredMessage,
  { userId, emoji, on }: Reacting,
): StoredMessage | 'full' | undefined {
  const { reactions = {} } = message
  const now = reactions[emoji] ?? []
  if (now.includes(userId) === on) return undefined
  if (!on) {
    const left = now.filter((other) => other !== userId)
    const { [emoji]: _, ...others } = reactions
    return { ...message, reactions: left.length > 0 ? { ...reactions, [emoji]: left } : others }
  }
  const count = Object.values(reactions).reduce((sum, users) => sum + users.length, 0)
  if (count >= MAX_REACTIONS || (now.length === 0 && Object.keys(reactions).length >= MAX_EMOJI))
    return 'full'
  return { ...message, reactions: { ...reactions, [emoji]: [...now, userId] } }
}

/** Whether later entries changed the message: it may have been seen before, however new it looks to the change feed. */
export const isTouched = ({ revision, deletedAt, reactions }: MessageEntry): boolean =>
  revision !== undefined || deletedAt !== undefined || reactions !== undefined
