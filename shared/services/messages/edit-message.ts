import {
  type Content,
  type EditEntry,
  messageKey,
  type NewEntry,
  type StoredEntry,
  sameContent,
  sameEntry,
} from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { type EditedContent, edit, editContent, type StoredMessage } from '../../domain/retouch.ts'
import type { Actor } from '../../domain/user.ts'
import { idReused } from '../log/settle.ts'
import { type AloneDeps, writeAlone } from '../log/write-alone.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { StateStore } from '../ports/state.ts'
import type { Logger } from '../ports/world.ts'
import { checkVisible, contentOf, findMessage, type Target } from './find-message.ts'
import { namedMembers, tryMentions } from './mentions.ts'

export interface EditMessage extends Target {
  clientMessageId: string
  content: EditedContent
  /** Without it the message names whom it named. */
  mentions?: string[] | undefined
}

export interface EditDeps extends AloneDeps {
  inbox: InboxStore
  state: StateStore
  logger: Logger
}

export interface Edited {
  entry: StoredEntry & EditEntry
  /** The message's, as it stands; none when it was deleted since. */
  content: Content | undefined
}

/**
 * Gives one's own message another text, or caption; the same `clientMessageId` again is the same edit.
 * @throws ChatError `chat-not-found`, `not-found`, `forbidden`, `message-deleted`, `invalid-request` for content of
 * another kind, `id-reused`, `chat-closed`, `busy`
 */
export async function editMessage(deps: EditDeps, actor: Actor, ask: EditMessage): Promise<Edited> {
  const { chatId, seq: target, clientMessageId } = ask
  const [named] = await Promise.all([
    namedMembers(deps.log, chatId, ask.mentions),
    checkVisible(deps, actor, ask),
  ])
  const key = messageKey(actor.userId, clientMessageId)
  const asked: NewEntry & EditOf = {
    type: 'edit',
    senderId: actor.userId,
    clientMessageId,
    target,
    revision: 0,
    dedupeKey: key,
  }
  let edited: StoredMessage | undefined
  const { entries, created } = await writeAlone(deps, {
    chatId,
    key,
    anywhere: true,
    async decide(_tail, at) {
      const { message, etag } = await findMessage(deps.log, ask)
      const content = newContent(actor, message, ask.content)
      const next = edit(message, { content, mentions: named, at })
      edited = next
      const { revision = 1, mentions = [] } = next
      const dropped = message.mentions?.filter((userId) => !mentions.includes(userId)) ?? []
      const entry = { ...asked, revision, ...(dropped.length > 0 && { dropped }) }
      return { entries: [entry], updates: [{ entry: next, etag }], writers: [actor.userId] }
    },
  })
  const [entry] = entries
  if (!entry || !sameEntry(entry, asked) || entry.type !== 'edit') throw idReused(asked)
  if (!created || !edited) return { entry, content: await recall(deps, entry, asked, ask.content) }
  const { senderId, mentions, content } = edited
  await tryMentions(deps, { chatId, seq: target, senderId, named: mentions, dropped: entry.dropped })
  return { entry, content }
}

type EditOf = { type: 'edit' }

/** What the message says after the edit, if it may be made. */
function newContent(actor: Actor, message: StoredMessage, asked: EditedContent): Content {
  if (message.senderId !== actor.userId) throw new ChatError('forbidden', 'Only its author edits a message.')
  const result = editContent(contentOf(message), asked)
  if ('content' in result) return result.content
  const errors = [{ path: `content.${result.fixed}`, message: 'is not what an edit can change' }]
  throw new ChatError('invalid-request', `An edit cannot change content.${result.fixed}.`, { errors })
}

/**
 * The content of a message whose edit was asked for again. What the edit said is known as long as no other followed.
 * @throws ChatError `id-reused`
 */
async function recall(
  deps: EditDeps,
  entry: EditEntry,
  asked: NewEntry,
  said: EditedContent,
): Promise<Content | undefined> {
  const target = await deps.log.readEntry(entry.chatId, entry.target)
  if (target?.type !== 'message' || !target.content) return undefined
  const { content } = target
  const result = editContent(content, said)
  const differs = !('content' in result) || !sameContent(content, result.content)
  if (target.revision === entry.revision && differs) throw idReused(asked)
  return content
}
