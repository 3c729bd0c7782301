// Starting and ending sessions.

import { sessionGroup } from '../../domain/chat.ts'
import type { Actor } from '../../domain/user.ts'
import type { Push } from '../ports/push.ts'
import type { SessionStore } from '../ports/sessions.ts'
import type { StoredUser, UserStore } from '../ports/users.ts'
import type { Time } from '../ports/world.ts'
import type { TokenIssuer } from './access-token.ts'
import { makeRefreshToken } from './refresh-token.ts'
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

export async function withTokens(
  deps: AuthDeps,
  user: StoredUser,
  sessionId: string,
  refreshToken: string,
): Promise<SignedIn> {
  const actor: Actor = { userId: user.userId, sessionId, role: user.role }
  const { accessToken, expiresAt } = await deps.tokens.sign(actor, deps.time.now())
  return { user, accessToken, refreshToken, expiresAt }
}
