// Consistency levels. One process holds all data, so every read is up to date; the level matters to the charge, and to
// session tokens, which must not be ahead of what has happened.
import { badRequest } from './errors.ts'

export const LEVELS = ['Strong', 'BoundedStaleness', 'Session', 'ConsistentPrefix', 'Eventual'] as const
export type Consistency = (typeof LEVELS)[number]

/** Whether reads at this level cost twice: the account's own, or the one a request relaxes it to. */
export function isStrong(account: Consistency, asked: string | undefined): boolean {
  if (asked === undefined) return LEVELS.indexOf(account) < 2
  const level = LEVELS.findIndex((name) => name.toLowerCase() === asked.toLowerCase())
  if (level < 0) throw badRequest(`Unknown consistency level '${asked}'.`)
  if (level < LEVELS.indexOf(account)) {
    throw badRequest(
      `ConsistencyLevel ${LEVELS[level]} specified in the request is invalid when service is configured with consistency level ${account}. Ensure the request consistency level is not stronger than the service consistency level.`,
    )
  }
  return level < 2
}

/** Whether a request reads within a session: it says so, or the account does. */
export const isSession = (account: Consistency, asked: string | undefined) =>
  (asked ?? account).toLowerCase() === 'session'

/**
 * The transaction numbers in a session token, `<range>:<version>#<lsn>` with commas between: what the reader has seen.
 * @throws CosmosError 400
 */
export function parseSession(token: string): { range: string; lsn: number }[] {
  return token.split(',').map((part) => {
    const found = /^(\d+):(?:-?\d+#)?(\d+)(?:#\d+=-?\d+)*$/.exec(part.trim())
    if (!found) throw badRequest(`The session token provided '${token}' is invalid.`)
    return { range: found[1]!, lsn: Number(found[2]) }
  })
}
