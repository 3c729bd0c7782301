// Renewing a session: each refresh token is good for one request, and that request may be repeated.
import { ChatError } from '../../domain/error.ts'
import type { Session } from '../ports/sessions.ts'
import { hashToken, makeRefreshToken, newSalt, nextRefreshToken, parseRefreshToken } from './refresh-token.ts'
import { type AuthDeps, endSession, type SignedIn, withTokens } from './sign-in.ts'

/** How long an answer that was lost can be asked for again. */
const REPEAT_MS = 60_000

/**
 * Renews both tokens. A token that was spent before means that it was stolen: its whole family ends.
 * @param requestId the same one again, soon, is the same request: it finds the token that it made
 * @throws ChatError `session-expired`
 */
export async function refreshSession(
  deps: AuthDeps,
  refreshToken: string,
  requestId?: string | undefined,
): Promise<SignedIn> {
  const parsed = parseRefreshToken(refreshToken)
  if (!parsed) throw expired()
  // Both before the old token is spent: what fails after that costs the session.
  const [found, user] = await Promise.all([
    deps.sessions.read(parsed.userId, parsed.sessionId),
    deps.users.read(parsed.userId),
  ])
  if (!found || found.session.revoked) throw expired()
  const ask = { refreshToken, requestId }
  const isGood = found.session.tokenHash === hashToken(refreshToken)
  if (isGood && !user) throw expired()
  const next = isGood ? await spend(deps, found, ask) : repeated(deps, found.session, ask)
  if (next === undefined) {
    await endSession(deps, parsed.userId, parsed.sessionId)
    throw expired()
  }
  if (!user) throw expired()
  return withTokens(deps, user, parsed.sessionId, next)
}

interface RefreshAsk {
  refreshToken: string
  requestId: string | undefined
}

/** The next token. Undefined when two requests spent the same one at once: one of them is not its owner's. */
async function spend(
  deps: AuthDeps,
  { session, etag }: { session: Session; etag: string },
  ask: RefreshAsk,
): Promise<string | undefined> {
  const { userId, sessionId } = session
  const renewal = ask.requestId === undefined ? undefined : { salt: newSalt(), at: deps.time.now() }
  const token = renewal
    ? nextRefreshToken(ask.refreshToken, ask.requestId!, renewal.salt)
    : makeRefreshToken(userId, sessionId).token
  const next = { ...session, tokenHash: hashToken(token), renewal }
  if (await deps.sessions.replace(next, etag)) return token
  const now = await deps.sessions.read(userId, sessionId)
  return now && !now.session.revoked ? repeated(deps, now.session, ask) : undefined
}

/** The token that this very request made before, while it is the newest. */
function repeated(
  { time }: AuthDeps,
  { tokenHash, renewal }: Session,
  { refreshToken, requestId }: RefreshAsk,
): string | undefined {
  if (!renewal || requestId === undefined || time.now() - renewal.at > REPEAT_MS) return undefined
  const token = nextRefreshToken(refreshToken, requestId, renewal.salt)
  return hashToken(token) === tokenHash ? token : undefined
}

const expired = (): ChatError =>
  new ChatError('session-expired', 'The refresh token is unknown, spent or expired.')
