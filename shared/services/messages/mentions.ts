// Whom messages name. The ones named remember the message in their inbox, so that unread mentions are arithmetic too.
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { Logger } from '../ports/world.ts'

const AT_ONCE = 10

/** Those named who are members of the chat, each once; others name nobody. */
export async function namedMembers(
  log: LogStore,
  chatId: string,
  mentions: string[] | undefined,
): Promise<string[] | undefined> {
  if (mentions === undefined) return undefined
  const asked = [...new Set(mentions)]
  const members = new Set((await log.membersAmong(chatId, asked)).map(({ userId }) => userId))
  return asked.filter((userId) => members.has(userId))
}

/** What a message, an edit or a deletion means to the people it names, or no longer does. */
export interface Naming {
  chatId: string
  /** The message. */
  seq: number
  senderId: string
  named?: string[] | undefined
  dropped?: string[] | undefined
}

/** Tells the inboxes. May run twice; whoever names themselves is not told. */
export async function applyMentions(inbox: InboxStore, naming: Naming): Promise<void> {
  const { chatId, seq, senderId, named = [], dropped = [] } = naming
  const changes = [
    ...named.filter((userId) => userId !== senderId).map((userId) => ({ userId, on: true })),
    ...dropped.filter((userId) => !named.includes(userId)).map((userId) => ({ userId, on: false })),
  ]
  for (let next = 0; next < changes.length; next += AT_ONCE) {
    const some = changes.slice(next, next + AT_ONCE)
    await Promise.all(some.map(({ userId, on }) => inbox.mention(userId, chatId, seq, on)))
  }
}

/** The same right after a commit: what fails here is done by the change feed. */
export async function tryMentions(
  deps: { inbox: InboxStore; logger: Logger },
  naming: Naming,
): Promise<void> {
  try {
    await applyMentions(deps.inbox, naming)
  } catch (error) {
    deps.logger('warn', 'mentions.failed', {
      chatId: naming.chatId,
      seq: naming.seq,
      error: String(error),
    })
  }
}
