// Starting, renewing and ending sessions.

import { sessionGroup } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'
import type { Push } from '../ports/push.ts'
import type { SessionStore } from '../ports/sessions.ts'
import type { StoredUser, UserStore } from '../ports/users.ts'
import type { Time } from '../ports/world.ts'
import type { TokenIssuer } from './access-token.ts'
import { hashToken, makeRefreshToken, parseRefreshToken } from './refresh-token.ts'
import type { Revocations } from './revocations.ts'

export interface AuthDeps {
  users: UserStore
  sessions: SessionStore
  tokens: TokenIssuer
  revocations: Revocations
  push: Push
  time: Time
  newId(): string
}

export interface SignedIn {
  user: StoredUser
  accessToken: string
  refreshToken: string
  expiresAt: string
}

export async function startSession(deps: AuthDeps, user: StoredUser): Promise<SignedIn> {
  const sessionId = deps.newId()
  const refresh = makeRefreshToken(user.userId, sessionId)
  await deps.sessions.create({
    sessionId,
    userId: user.userId,
    tokenHash: refresh.hash,
    createdAt: new Date(deps.time.now()).toISOString(),
    revoked: false,
  })
  return withTokens(deps, user, sessionId, refresh.token)
}

/**
 * Renews both tokens. A token that was spent before means that it was stolen: its whole family ends.
 * @throws ChatError `session-expired`
 */
export async function refreshSession(deps: AuthDeps, refreshToken: string): Promise<SignedIn> {
  const parsed = parseRefreshToken(refreshToken)
  if (!parsed) throw expired()
  // Both before the old token is spent: what fails after that costs the session.
  const [found, user] = await Promise.all([
    deps.sessions.read(parsed.userId, parsed.sessionId),
    deps.users.read(parsed.userId),
  ])
  if (!found || found.session.revoked) throw expired()
  if (found.session.tokenHash !== hashToken(refreshToken)) {
    await endSession(deps, parsed.userId, parsed.sessionId)
    throw expired()
  }
  if (!user) throw expired()
  const next = makeRefreshToken(parsed.userId, parsed.sessionId)
  const renewed = await deps.sessions.replace({ ...found.session, tokenHash: next.hash }, found.etag)
  // Two requests spent the same token at once: one of them is not its owner's.
  if (!renewed) {
    await endSession(deps, parsed.userId, parsed.sessionId)
    throw expired()
  }
  return withTokens(deps, user, parsed.sessionId, next.token)
}

/** Ends the session everywhere: no refresh, no request, no socket. Ending it twice is ending it once. */
export async function endSession(deps: AuthDeps, userId: string, sessionId: string): Promise<void> {
  await deps.sessions.revoke(userId, sessionId, deps.time.now())
  deps.revocations.note(sessionId)
  for (;;) {
    const found = await deps.sessions.read(userId, sessionId)
    if (!found || found.session.revoked) break
    if (await deps.sessions.replace({ ...found.session, revoked: true }, found.etag)) break
  }
  void closeSockets(deps, sessionId)
}

const CLOSE_TRIES = 8

/** Sockets that cannot be closed now are tried again for some minutes; meanwhile their commands are refused. */
async function closeSockets(deps: AuthDeps, sessionId: string): Promise<void> {
  for (let tries = 0; tries < CLOSE_TRIES; tries++) {
    try {
      return await deps.push.closeGroup(sessionGroup(sessionId), 'signed out')
    } catch {
      await deps.time.sleep(1_000 * 2 ** tries)
    }
  }
}

async function withTokens(
  deps: AuthDeps,
  user: StoredUser,
  sessionId: string,
  refreshToken: string,
): Promise<SignedIn> {
  const actor: Actor = { userId: user.userId, sessionId, role: user.role }
  const { accessToken, expiresAt } = await deps.tokens.sign(actor, deps.time.now())
  return { user, accessToken, refreshToken, expiresAt }
}

const expired = (): ChatError =>
  new ChatError('session-expired', 'The refresh token is unknown, spent or expired.')
