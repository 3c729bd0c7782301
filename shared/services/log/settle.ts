// After a lost race or a lost answer: which of the open appends are stored already? The log decides, never a guess.

import { type NewEntry, type StoredEntry, sameEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import type { LogStore } from '../ports/log.ts'
import type { Pending } from './lane.ts'

/** Answers every append whose key is in the log; returns the others. */
export async function settleByKey(log: LogStore, chatId: string, open: Pending[]): Promise<Pending[]> {
  const keys = open.map((pending) => pending.entry.dedupeKey)
  return settleFound(open, await log.findByKeys(chatId, keys))
}

/** Answers the appends that are among `found`; returns the others. */
export function settleFound(open: Pending[], found: StoredEntry[]): Pending[] {
  const byKey = new Map(found.map((entry) => [entry.dedupeKey, entry]))
  return open.filter((pending) => {
    const stored = byKey.get(pending.entry.dedupeKey)
    if (!stored) return true
    if (sameEntry(stored, pending.entry)) pending.resolve({ entry: stored, created: false })
    else pending.reject(idReused(pending.entry))
    return false
  })
}

/** Answers the appends of one sender with the reason why they may not write; returns the others. */
export function settleRefused(open: Pending[], userId: string, error: ChatError): Pending[] {
  return open.filter((pending) => {
    if (pending.entry.senderId !== userId) return true
    pending.reject(error)
    return false
  })
}

/** Answers the appends that ran out of time; returns the others. */
export function settleExpired(open: Pending[], now: number): Pending[] {
  return open.filter((pending) => {
    if (pending.deadline > now) return true
    pending.reject(new ChatError('busy', 'The chat is too busy right now; send again with the same id.'))
    return false
  })
}

/** There is one end of a chat: the key of its entry. */
export const END_KEY = 'closed'

export const chatClosed = (chatId: string): ChatError =>
  new ChatError('chat-closed', `The chat ${chatId} has ended.`)

export const chatIsFull = (chatId: string): ChatError =>
  new ChatError('limit-reached', `The chat ${chatId} has no room for more: begin another.`)

export const idReused = (entry: NewEntry): ChatError =>
  new ChatError(
    'id-reused',
    `The id ${entry.clientMessageId ?? entry.dedupeKey} was used for another message.`,
  )
