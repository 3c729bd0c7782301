// Typed values as the wire shows them: nothing of the store's own, only what the contract names.
import type { Run } from '../domain/bot.ts'
import type { Member, Receipt, Watermark } from '../domain/chat.ts'
import type { Content, Entry, MessageEntry } from '../domain/entry.ts'
import type { User } from '../domain/user.ts'

/** The address is its owner's and the admins' alone, and so is the choice to be found. */
export function renderUser(user: User, viewer?: { userId: string; role: User['role'] }) {
  const { userId, handle, displayName, profile, role, createdAt, email, listed } = user
  const mayKnow = viewer !== undefined && (viewer.userId === userId || viewer.role === 'admin')
  return {
    userId,
    handle,
    displayName,
    profile,
    role,
    createdAt,
    ...(mayKnow && email !== undefined && { email }),
    ...(mayKnow && listed !== undefined && { listed }),
  }
}

export function renderEntry(entry: Entry) {
  const { chatId, seq, n, type, senderId, createdAt, clientMessageId } = entry
  const base = {
    chatId,
    seq,
    n,
    type,
    senderId,
    createdAt,
    ...(clientMessageId !== undefined && { clientMessageId }),
  }
  switch (entry.type) {
    case 'message':
      return {
        ...base,
        ...renderContent(entry),
        ...(entry.replyTo !== undefined && { replyTo: entry.replyTo }),
        ...(entry.mentions && { mentions: entry.mentions }),
        ...(entry.run && { run: entry.run }),
      }
    case 'edit': {
      const { target, revision } = entry
      return { ...base, target, revision, ...renderContent(entry) }
    }
    case 'delete':
      return { ...base, target: entry.target }
    case 'reaction': {
      const { target, emoji, on } = entry
      return { ...base, target, emoji, on }
    }
    case 'clear':
      return { ...base, through: entry.through }
    case 'member':
      return { ...base, userId: entry.userId, change: entry.change, ...(entry.role && { role: entry.role }) }
    case 'chat': {
      const { change, name, visibility, botId } = entry
      return {
        ...base,
        change,
        ...(name !== undefined && { name }),
        ...(visibility && { visibility }),
        ...(botId !== undefined && { botId }),
      }
    }
    case 'closed':
      return base
  }
}

/** Content as the contract shows it; a deleted message has none. */
const renderContent = ({ content }: { content?: Content | undefined }) => (content ? { content } : {})

/** A message as it stands now. */
export function renderMessage(entry: MessageEntry) {
  const { revision, editedAt, deletedAt, reactions = {}, readAt } = entry
  return {
    ...renderEntry(entry),
    ...(editedAt !== undefined && { revision, editedAt }),
    ...(deletedAt !== undefined && { deletedAt }),
    reactions,
    ...(readAt !== undefined && { readAt }),
  }
}

export function renderReceipt({ userId, delivered, read }: Receipt) {
  return { userId, delivered: renderMark(delivered), read: renderMark(read) }
}

const renderMark = ({ seq, at }: Watermark) => ({ seq, at })

export const renderMember = ({ userId, role, joined }: Member) => ({ userId, role, joinedSeq: joined.seq })

export function renderRun(run: Run) {
  const { runId, botId, promptSeq, state, attempt, text, tools, reason, replySeq, usage } = run
  return {
    runId,
    botId,
    promptSeq,
    state,
    attempt,
    index: text.length,
    text,
    ...(tools && { tools }),
    ...(reason && { reason }),
    ...(replySeq !== undefined && { replySeq }),
    ...(usage && { usage }),
  }
}
