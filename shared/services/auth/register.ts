import { ChatError } from '../../domain/error.ts'
import type { Profile } from '../../domain/user.ts'
import type { StoredUser } from '../ports/users.ts'
import { checkPassword, hashPassword } from './password.ts'
import { type AuthDeps, type SignedIn, startSession } from './sign-in.ts'

export interface Registration {
  handle: string
  password: string
  displayName?: string | undefined
  email?: string | undefined
  profile?: Profile | undefined
}

/**
 * Creates a person and signs them in. The handle is reserved first, so two people can never share it; an address that
 * is known already is not revealed: the account is made without it.
 * @throws ChatError `handle-taken`, `invalid-request` for a weak password
 */
export async function register(deps: AuthDeps, input: Registration): Promise<SignedIn> {
  checkPassword(input.password)
  const userId = deps.newId()
  const handle = input.handle.toLowerCase()
  const email = input.email?.toLowerCase()
  if (!(await deps.users.reserveName('handle', handle, userId))) {
    throw new ChatError('handle-taken', `The handle ${input.handle} is taken.`)
  }
  const emailIsFree = email !== undefined && (await deps.users.reserveName('email', email, userId))
  const user: StoredUser = {
    userId,
    handle,
    displayName: input.displayName ?? input.handle,
    ...(emailIsFree && { email }),
    profile: input.profile ?? { type: 'member' },
    role: 'user',
    createdAt: new Date(deps.time.now()).toISOString(),
    passwordHash: await hashPassword(input.password),
  }
  const account = await deps.users.create(user)
  await deps.users.confirmName('handle', handle, userId)
  if (emailIsFree) await deps.users.confirmName('email', email, userId)
  return startSession(deps, account)
}
