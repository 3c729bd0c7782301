// Typed values as the wire shows them: nothing of the store's own, only what the contract names.
import type { Run } from '../domain/bot.ts'
import type { Member, Receipt, Watermark } from '../domain/chat.ts'
import type { Entry } from '../domain/entry.ts'
import type { User } from '../domain/user.ts'

/** The address is its owner's and the admins' alone. */
export function renderUser(user: User, viewer?: { userId: string; role: User['role'] }) {
  const { userId, handle, displayName, profile, role, createdAt, email } = user
  const mayKnow = viewer !== undefined && (viewer.userId === userId || viewer.role === 'admin')
  return {
    userId,
    handle,
    displayName,
    profile,
    role,
    createdAt,
    ...(mayKnow && email !== undefined && { email }),
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
        content: entry.content,
        ...(entry.replyTo !== undefined && { replyTo: entry.replyTo }),
        ...(entry.run && { run: entry.run }),
      }
    case 'member':
      return { ...base, userId: entry.userId, change: entry.change, ...(entry.role && { role: entry.role }) }
    case 'chat':
      return { ...base, change: entry.change, ...(entry.name !== undefined && { name: entry.name }) }
    case 'closed':
      return base
  }
}

/** A message as it stands now. */
export const renderMessage = (entry: Entry) => ({ ...renderEntry(entry), reactions: {} })

export function renderReceipt({ userId, delivered, read }: Receipt) {
  return { userId, delivered: renderMark(delivered), read: renderMark(read) }
}

const renderMark = ({ seq, at }: Watermark) => ({ seq, at })

export const renderMember = ({ userId, role, joined }: Member) => ({ userId, role, joinedSeq: joined.seq })

export function renderRun(run: Run) {
  const { runId, botId, promptSeq, state, attempt, text, replySeq, usage } = run
  return {
    runId,
    botId,
    promptSeq,
    state,
    attempt,
    index: text.length,
    text,
    ...(replySeq !== undefined && { replySeq }),
    ...(usage && { usage }),
  }
}
