import { ChatError } from '../../domain/error.ts'
import type { Attempts } from '../ports.ts'
import { verifyPassword } from './password.ts'
import { type AuthDeps, type SignedIn, startSession } from './sign-in.ts'

/** Free tries before each further failure doubles the wait: 2 s, 4 s, … 15 minutes. */
const FREE_FAILURES = 5
const MAX_BLOCK_MS = 15 * 60_000

/**
 * Signs in with a handle or an e-mail address. An unknown login and a wrong password are the same answer, in the same time.
 * @throws ChatError `bad-credentials`, `too-many-attempts`
 */
export async function login(deps: AuthDeps, input: { login: string; password: string }): Promise<SignedIn> {
  const name = input.login.toLowerCase()
  // Counted as a failure before it is looked at: fifty guesses at once are fifty.
  const count = (attempts: Attempts | undefined): Attempts => {
    refuseBlocked(attempts, deps.time.now())
    return countFailure(attempts, deps.time.now())
  }
  const [userId] = await Promise.all([
    deps.users.findByName(name.includes('@') ? 'email' : 'handle', name),
    deps.users.updateAttempts(name, count),
  ])
  const user = userId === undefined ? undefined : await deps.users.read(userId)
  if (!(await verifyPassword(input.password, user?.passwordHash)) || !user) {
    throw new ChatError('bad-credentials', 'The login is unknown or the password is wrong.')
  }
  await deps.users.updateAttempts(name, () => undefined)
  return startSession(deps, user)
}

function refuseBlocked(attempts: Attempts | undefined, now: number): void {
  if (!attempts || attempts.blockedUntil <= now) return
  const retryAfter = Math.ceil((attempts.blockedUntil - now) / 1_000)
  throw new ChatError('too-many-attempts', `Too many failed sign-ins; try again in ${retryAfter} s.`, {
    retryAfter,
  })
}

function countFailure(attempts: Attempts | undefined, now: number): Attempts {
  const failures = (attempts?.failures ?? 0) + 1
  const over = failures - FREE_FAILURES
  const blockedUntil = over < 0 ? 0 : now + Math.min(MAX_BLOCK_MS, 2_000 * 2 ** over)
  return { failures, blockedUntil }
}
