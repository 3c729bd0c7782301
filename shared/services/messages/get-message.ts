import type { StoredMessage } from '../../domain/retouch.ts'
import type { Actor } from '../../domain/user.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'
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
  // Both are awaited, and membership is heard first: to a stranger a message that is there is as absent as one that is not.
  const [visible, found] = await Promise.allSettled([
    checkVisible(deps, actor, target),
    findMessage(deps.log, target),
  ])
  if (visible.status === 'rejected') throw visible.reason
  if (found.status === 'rejected') throw found.reason
  const { item, head } = visible.value
  const { message } = found.value
  const [shown] = await withReadAt(deps, item, head, [message])
  return shown ?? message
}
