import { type DeleteEntry, messageKey, type StoredEntry } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'
import { erase, type StoredMessage, tracesOf } from '../../domain/retouch.ts'
import type { Actor } from '../../domain/user.ts'
import { type AloneDeps, writeAlone } from '../log/write-alone.ts'
import type { LogStore } from '../ports/log.ts'
import type { Logger } from '../ports/world.ts'
import { type EraseDeps, eraseTraces } from './erase-traces.ts'
import { checkVisible, findMessage, type Target } from './find-message.ts'

export interface DeleteMessage extends Target {
  /** Comes back with the entry; a deletion is the same whatever its id. */
  clientMessageId?: string | undefined
}

export interface DeleteDeps extends AloneDeps, EraseDeps {
  logger: Logger
}

/**
 * Deletes a message for everybody: its author may, and the owners and admins of the chat. Nothing of what it said is
 * kept. Deleting it again, whoever asks, finds the first deletion.
 * @throws ChatError `chat-not-found`, `not-found`, `forbidden`, `message-deleted` when it went another way,
 * `chat-closed`, `busy`
 */
export async function deleteMessage(
  deps: DeleteDeps,
  actor: Actor,
  ask: DeleteMessage,
): Promise<StoredEntry & DeleteEntry> {
  const { chatId, seq, clientMessageId } = ask
  await checkVisible(deps, actor, ask)
  const key = deletionKey(seq)
  let deleted: StoredMessage | undefined
  const { entries } = await writeAlone(deps, {
    chatId,
    key,
    anywhere: true,
    async decide(_tail, at) {
      const { message, etag } = await findMessage(deps.log, ask)
      deleted = message
      if (message.deletedAt !== undefined) return undefined
      await mayDelete(deps.log, actor, message)
      const entry = {
        type: 'delete' as const,
        senderId: actor.userId,
        ...(clientMessageId !== undefined && { clientMessageId }),
        target: seq,
        ...tracesOf(message),
        dedupeKey: key,
      }
      return { entries: [entry], updates: [{ entry: erase(message, at), etag }], writers: [actor.userId] }
    },
  })
  const [entry] = entries
  if (entry?.type !== 'delete') throw new ChatError('message-deleted', `The message ${seq} was deleted.`)
  // Whoever asks again may do what a process left undone that died after the first deletion.
  if (deleted) await tryErase(deps, entry, deleted)
  return entry
}

/** One deletion per message, whoever asks for it. */
const deletionKey = (seq: number): string => messageKey('delete', String(seq))

async function mayDelete(log: LogStore, actor: Actor, { chatId, senderId }: StoredMessage): Promise<void> {
  if (senderId === actor.userId) return
  const member = await log.readMember(chatId, actor.userId)
  if (!member) throw new ChatError('chat-not-found', `There is no chat ${chatId}.`)
  if (member.role === 'owner' || member.role === 'admin') return
  throw new ChatError('forbidden', 'A message is deleted by its author, an admin or an owner.')
}

/** What fails here is done by the change feed. */
async function tryErase(deps: DeleteDeps, entry: DeleteEntry, target: StoredMessage): Promise<void> {
  try {
    await eraseTraces(deps, entry, target)
  } catch (error) {
    const { chatId, target: seq } = entry
    deps.logger('warn', 'erase.failed', { chatId, seq, error: String(error) })
  }
}
