import type { Head, InboxItem } from '../../domain/chat.ts'
import type { MessageEntry } from '../../domain/entry.ts'
import { readTimes } from '../../domain/read-at.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'

interface ReadAtDeps {
  log: LogStore
  state: StateStore
}

/**
 * The same messages, ascending; those of a direct chat with when the other side had read them. One query for the steps,
 * and one more where the page ends before the other side answered.
 */
export async function withReadAt<M extends MessageEntry>(
  deps: ReadAtDeps,
  { kind, chatId, userId, peer }: Pick<InboxItem, 'kind' | 'chatId' | 'userId' | 'peer'>,
  head: Pick<Head, 'sent'> | undefined,
  messages: M[],
): Promise<M[]> {
  const [first, last] = [messages[0], messages.at(-1)]
  if (kind !== 'direct' || !peer || !first || !last) return messages
  const other = last.senderId === userId ? peer.userId : userId
  const answered = (head?.sent[other]?.seq ?? 0) > last.seq
  const [steps, answer] = await Promise.all([
    deps.state.readSteps(chatId, first.seq, last.seq),
    answered ? deps.log.nextMessageOf(chatId, other, last.seq) : undefined,
  ])
  const times = readTimes(messages, answer ? [answer] : [], steps)
  return messages.map((message) => {
    const readAt = times.get(message.seq)
    return readAt === undefined ? message : { ...message, readAt }
  })
}
