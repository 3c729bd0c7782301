import type { StoredMessage } from '../../domain/retouch.ts'
import type { Actor } from '../../domain/user.ts'
import type { InboxStore, LogStore, StateStore } from '../ports.ts'
import { checkVisible, findMessage, type Target } from './find-message.ts'
import { withReadAt } from './with-read-at.ts'

/**
 * One message as it stands.
 * @throws ChatError `chat-not-found`, `not-found`
 */
export async function getMessage(
  deps: { log: LogStore; state: StateStore; inbox: InboxStore },
  actor: Actor,
  target: Target,
): Promise<StoredMessage> {
  const [{ message }, { item, head }] = await Promise.all([
    findMessage(deps.log, target),
    checkVisible(deps, actor, target),
  ])
  const [shown] = await withReadAt(deps, item, head, [message])
  return shown ?? message
}
