import { ChatError } from '../../domain/error.ts'
import type { Attempts } from '../ports/users.ts'
import { verifyPassword } from './password.ts'
import { type AuthDeps, type SignedIn, startSession } from './sign-in.ts'

/** Free tries before each further failure doubles the wait: 2 s, 4 s, … 15 minutes. */
const FREE_FAILURES = 5
const MAX_BLOCK_MS = 15 * 60_000
/** Guesses at once are as many guesses: no more than this are looked at together. */
const MAX_OPEN = 20
/** A process that died while it looked frees its place. */
const OPEN_MS = 30_000

/**
 * Signs in with a handle or an e-mail address. An unknown login and a wrong password are the same answer, in the same time.
 * @throws ChatError `bad-credentials`, `too-many-attempts`
 */
export async function login(deps: AuthDeps, input: { login: string; password: string }): Promise<SignedIn> {
  const name = input.login.toLowerCase()
  const [userId] = await Promise.all([
    deps.users.findByName(name.includes('@') ? 'email' : 'handle', name),
    deps.users.updateAttempts(name, (attempts) => openAttempt(attempts, deps.time.now())),
  ])
  const user = userId === undefined ? undefined : await deps.users.read(userId)
  if (!(await verifyPassword(input.password, user?.passwordHash)) || !user) {
    await deps.users.updateAttempts(name, (attempts) => countFailure(attempts, deps.time.now()))
    throw new ChatError('bad-credentials', 'The login is unknown or the password is wrong.')
  }
  await deps.users.updateAttempts(name, countSuccess)
  return startSession(deps, user)
}

const NONE: Attempts = { failures: 0, open: 0, openSince: 0, blockedUntil: 0 }

function openAttempt(attempts: Attempts = NONE, now: number): Attempts {
  refuse(attempts.blockedUntil - now)
  const open = now - attempts.openSince > OPEN_MS ? 0 : attempts.open
  if (open >= MAX_OPEN) refuse(1_000)
  return { ...attempts, open: open + 1, openSince: open === 0 ? now : attempts.openSince }
}

function refuse(waitMs: number): void {
  if (waitMs <= 0) return
  const retryAfter = Math.ceil(waitMs / 1_000)
  throw new ChatError('too-many-attempts', `Too many failed sign-ins; try again in ${retryAfter} s.`, {
    retryAfter,
  })
}

function countFailure(attempts: Attempts = NONE, now: number): Attempts {
  const failures = attempts.failures + 1
  const over = failures - FREE_FAILURES
  const blockedUntil = over < 0 ? 0 : now + Math.min(MAX_BLOCK_MS, 2_000 * 2 ** over)
  return { ...attempts, failures, blockedUntil, open: Math.max(0, attempts.open - 1) }
}

/** The right password forgives what came before; those still being looked at keep their places. */
function countSuccess(attempts: Attempts = NONE): Attempts | undefined {
  const open = Math.max(0, attempts.open - 1)
  return open === 0 ? undefined : { ...NONE, open, openSince: attempts.openSince }
}
