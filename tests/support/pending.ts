import type { Content, StoredEntry } from '../../shared/domain/entry.ts'
import type { Appended, Pending } from '../../shared/services/log/lane.ts'

export interface AskedAppend extends Pending {
  /** What the asker was told, once it was. */
  answer: { resolved?: Appended; rejected?: unknown }
}

const text = (value: string): Content => ({ type: 'text', text: value })

/** A message that waits for its place in the log. */
export function pendingMessage(senderId: string, id: string, value = id, deadline = 1_000): AskedAppend {
  const answer: AskedAppend['answer'] = {}
  return {
    entry: {
      type: 'message',
      senderId,
      clientMessageId: id,
      content: text(value),
      dedupeKey: `${senderId}:${id}`,
    },
    hint: 0,
    deadline,
    answer,
    resolve(result) {
      answer.resolved = result
    },
    reject(error) {
      answer.rejected = error
    },
  }
}

/** A message as the log has it, written by process `by`. */
export function storedMessage(seq: number, senderId: string, id: string, by = 'p1'): StoredEntry {
  return {
    type: 'message',
    chatId: 'c1',
    seq,
    n: seq,
    senderId,
    clientMessageId: id,
    content: text(id),
    createdAt: '2026-03-01T10:00:00.000Z',
    dedupeKey: `${senderId}:${id}`,
    by,
  }
}
