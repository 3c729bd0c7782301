// Who may change whom in a group.
import type { Member } from '../../domain/chat.ts'
import type { Role } from '../../domain/entry.ts'
import { ChatError } from '../../domain/error.ts'

/**
 * Owners change everybody; admins those below them, and make nobody more than a member.
 * @throws ChatError `forbidden`
 */
export function mayChange(me: Member, target: Member | undefined, role: Role): void {
  if (me.role === 'owner') return
  const high = (r: Role | undefined): boolean => r === 'owner' || r === 'admin'
  if (me.role === 'admin' && !high(target?.role) && !high(role)) return
  throw new ChatError('forbidden', `As ${me.role} you may not do this.`)
}

/**
 * The last owner neither leaves nor steps down.
 * @param owners at least two of the owners, if there are two
 * @throws ChatError `forbidden`
 */
export function keepsOwner(owners: Member[], target: Member): void {
  if (owners.some(({ userId }) => userId !== target.userId)) return
  throw new ChatError('forbidden', 'A group keeps an owner: make somebody else owner first.')
}
