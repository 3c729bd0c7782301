// Access tokens: short-lived JWTs signed with the first key of the set; every key of the set verifies, so keys rotate
// by putting a new one in front. https://www.rfc-editor.org/rfc/rfc9068
import { createLocalJWKSet, errors, importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { ChatError } from '../../domain/error.ts'
import type { Actor } from '../../domain/user.ts'

const AUDIENCE = 'parley'
export const ACCESS_TOKEN_MINUTES = 15

export interface TokenIssuer {
  sign(actor: Actor, nowMs: number): Promise<{ accessToken: string; expiresAt: string }>
  /** @throws ChatError `unauthorized` when the token is forged, foreign, malformed or expired */
  verify(token: string, nowMs: number): Promise<Actor>
}

export interface FixedIssuer extends TokenIssuer {
  publicKeys(): { keys: JWK[] }
}

export interface PrivateKey extends JWK {
  kid: string
  alg: string
}

/** An issuer with these keys for good. */
export function createTokenIssuer(keys: PrivateKey[], issuer: string): FixedIssuer {
  const publicKeys = { keys: keys.map(publicPart) }
  const resolveKey = createLocalJWKSet(publicKeys)
  const [current] = keys
  if (!current) throw new Error('SIGNING_KEYS holds no key.')
  let signingKey: ReturnType<typeof importJWK> | undefined
  return {
    publicKeys: () => publicKeys,
    async sign(actor, nowMs) {
      const issuedAt = Math.floor(nowMs / 1_000)
      const expires = issuedAt + ACCESS_TOKEN_MINUTES * 60
      signingKey ??= importJWK(current, current.alg)
      const accessToken = await new SignJWT({ sid: actor.sessionId, role: actor.role })
        .setProtectedHeader({ alg: current.alg, kid: current.kid, typ: 'at+jwt' })
        .setSubject(actor.userId)
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expires)
        .sign(await signingKey)
      return { accessToken, expiresAt: new Date(expires * 1_000).toISOString() }
    },
    async verify(token, nowMs) {
      try {
        const { payload } = await jwtVerify(token, resolveKey, {
          issuer,
          audience: AUDIENCE,
          typ: 'at+jwt',
          currentDate: new Date(nowMs),
          requiredClaims: ['sub', 'sid', 'exp'],
        })
        return toActor(payload)
      } catch (cause) {
        const expired = cause instanceof errors.JWTExpired
        throw new ChatError(
          'unauthorized',
          expired ? 'The access token has expired.' : 'The access token is not valid.',
          {
            cause,
          },
        )
      }
    },
  }
}

function toActor(payload: { sub?: string; sid?: unknown; role?: unknown }): Actor {
  if (typeof payload.sub !== 'string' || typeof payload.sid !== 'string')
    throw new Error('Claims are missing.')
  return { userId: payload.sub, sessionId: payload.sid, role: payload.role === 'admin' ? 'admin' : 'user' }
}

/** What may be shown of a key: everything but its private members (RFC 7517 §4, RFC 7518 §6). */
function publicPart(key: PrivateKey): JWK {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, k: _k, ...shown } = key
  return { ...shown, use: 'sig' }
}
