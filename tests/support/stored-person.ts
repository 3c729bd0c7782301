import type { StoredUser } from '../../shared/services/ports/users.ts'

/** An account as the store has it, and nothing special about it. */
export const storedPerson = (userId: string, more: Partial<StoredUser> = {}): StoredUser => ({
  userId,
  handle: userId,
  displayName: userId,
  profile: { type: 'member' },
  role: 'user',
  createdAt: '2026-03-01T09:00:00.000Z',
  ...more,
})

/** The same person signed in. */
export const actorOf = <Id extends string>(userId: Id) => ({ userId, sessionId: 's1', role: 'user' }) as const
