// Refresh tokens: `<userId>.<sessionId>.<secret>`. Each is good once; the store keeps only the hash of the current one.
import { createHash, createHmac, randomBytes } from 'node:crypto'

export interface RefreshToken {
  userId: string
  sessionId: string
}

export function makeRefreshToken(userId: string, sessionId: string): { token: string; hash: string } {
  const token = `${userId}.${sessionId}.${randomBytes(32).toString('base64url')}`
  return { token, hash: hashToken(token) }
}

/**
 * The token that follows `spent` in this request: whoever has all three makes the same one again. The store has the salt
 * alone, a thief of the spent token lacks the request's id.
 */
export function nextRefreshToken(spent: string, requestId: string, salt: string): string {
  const [userId, sessionId] = spent.split('.')
  const secret = createHmac('sha256', salt).update(`${spent} ${requestId}`).digest('base64url')
  return `${userId}.${sessionId}.${secret}`
}

export const newSalt = (): string => randomBytes(32).toString('base64url')

/** Undefined when this is not the shape of a refresh token. */
export function parseRefreshToken(token: string): RefreshToken | undefined {
  const match = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,64})\.[A-Za-z0-9_-]{43}$/.exec(token)
  return match ? { userId: match[1]!, sessionId: match[2]! } : undefined
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url')
