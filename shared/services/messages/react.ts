import type { ReactionEntry, StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { MAX_EMOJI, MAX_REACTIONS, react } from '../../domain/retouch.ts'
import type { Actor } from '../../domain/user.ts'
import { type AloneDeps, writeAlone } from '../log/write-alone.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { StateStore } from '../ports/state.ts'
import { checkVisible, contentOf, findMessage, type Target } from './find-message.ts'

export interface ReactDeps extends AloneDeps {
  inbox: InboxStore
  state: StateStore
  newId(): string
}

/**
 * Puts one's reaction on a message, or takes it back. Undefined when it is so already: then nothing is written.
 * @throws ChatError `chat-not-found`, `not-found`, `forbidden`, `message-deleted`, `limit-reached`, `chat-closed`, `busy`
 */
export async function setReaction(
  deps: ReactDeps,
  actor: Actor,
  ask: Target & { emoji: string; on: boolean },
): Promise<(StoredEntry & ReactionEntry) | undefined> {
  const { chatId, seq: target, emoji, on } = ask
  const { userId } = actor
  await checkVisible(deps, actor, ask)
  // Reactions come and go: what tells one from the next is the request, and what makes it safe to repeat is the message.
  const key = `reaction:${deps.newId()}`
  const { entries } = await writeAlone(deps, {
    chatId,
    key,
    anywhere: true,
    async decide() {
      const { message, etag } = await findMessage(deps.log, ask)
      contentOf(message)
      const reacted = react(message, { userId, emoji, on })
      if (reacted === undefined) return undefined
      if (reacted === 'full') throw full(target)
      const entry = { type: 'reaction' as const, senderId: userId, target, emoji, on, dedupeKey: key }
      return { entries: [entry], updates: [{ entry: reacted, etag }], writers: [userId] }
    },
  })
  return entries.find((entry) => entry.type === 'reaction')
}

const full = (seq: number): ChatError =>
  new ChatError(
    'limit-reached',
    `The message ${seq} takes no more: ${MAX_EMOJI} different emoji, ${MAX_REACTIONS} reactions in all.`,
  )
