// The JSON web tokens of the service: HS256 with the access key as UTF-8 bytes, `exp` required, five minutes of skew.
// Clients and REST callers bring theirs; reconnection tokens are our own and open one connection only.
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Clock } from '../kit/clock.ts'

const SKEW_SECONDS = 300
const RECONNECTION_LIFETIME_SECONDS = 7 * 24 * 3600

export interface ClientClaims {
  userId: string | undefined
  roles: string[]
  groups: string[]
  /** Every claim as the list of strings that a `connect` event carries. */
  all: Record<string, string[]>
}

export interface Tokens {
  /** The claims of a client's token, or undefined when it is not valid for any of the audiences. */
  verifyClient(token: string, audiences: readonly string[]): Promise<ClientClaims | undefined>
  /** Whether the token may call the URL; `audiences` are the URL's accepted spellings. */
  verifyRest(token: string, audiences: readonly string[]): Promise<boolean>
  issueClient(audience: string, claims: Omit<ClientClaims, 'all'>, minutes: number): Promise<string>
  issueReconnection(connectionId: string): Promise<string>
  verifyReconnection(token: string, connectionId: string): Promise<boolean>
}

const strings = z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([])
const clientClaims = z.object({ sub: z.string().optional(), role: strings, 'webpubsub.group': strings })

export async function createTokens(accessKey: string, clock: Clock): Promise<Tokens> {
  // Imported once: doing it per call would cost more than the check itself.
  const key = await crypto.subtle.importKey(
    'raw',
    Buffer.from(accessKey),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  )

  const verify = async (token: string, skew = SKEW_SECONDS): Promise<JWTPayload | undefined> => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        requiredClaims: ['exp', 'aud'],
        clockTolerance: skew,
        currentDate: new Date(clock.now()),
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
      throw error
    }
  }

  const sign = (payload: JWTPayload, audience: string, lifetimeSeconds: number): Promise<string> => {
    const now = Math.floor(clock.now() / 1000)
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      .sign(key)
  }

  return {
    async verifyClient(token, audiences) {
      const payload = await verify(token)
      if (!payload || !audienceMatches(payload.aud, audiences)) return undefined
      const claims = clientClaims.safeParse(payload)
      if (!claims.success) return undefined
      return {
        userId: claims.data.sub,
        roles: claims.data.role,
        groups: claims.data['webpubsub.group'],
        all: asLists(payload),
      }
    },
    async verifyRest(token, audiences) {
      const payload = await verify(token)
      return payload !== undefined && audienceMatches(payload.aud, audiences)
    },
    issueClient(audience, { userId, roles, groups }, minutes) {
      const payload = {
        ...(userId !== undefined && { sub: userId }),
        ...(roles.length > 0 && { role: roles }),
        ...(groups.length > 0 && { 'webpubsub.group': groups }),
      }
      return sign(payload, audience, minutes * 60)
    },
    issueReconnection: (connectionId) => sign({}, connectionId, RECONNECTION_LIFETIME_SECONDS),
    async verifyReconnection(token, connectionId) {
      const payload = await verify(token, 0)
      return payload?.aud === connectionId
    },
  }
}

/** Audiences are compared without case and percent-encoding: callers differ in both. */
function audienceMatches(claimed: JWTPayload['aud'], accepted: readonly string[]): boolean {
  const plain = (audience: string): string => decode(audience).toLowerCase()
  const wanted = new Set(accepted.map(plain))
  return claimed !== undefined && [claimed].flat().some((audience) => wanted.has(plain(audience)))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function asLists(payload: JWTPayload): Record<string, string[]> {
  const lists: Record<string, string[]> = {}
  for (const [name, value] of Object.entries(payload)) {
    lists[name] = (Array.isArray(value) ? value : [value]).map((item) =>
      typeof item === 'string' ? item : JSON.stringify(item),
    )
  }
  return lists
}
