// Consistency levels. One process holds all data, so every read is up to date; the level matters to the charge only.
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
      `Consistency level ${asked} specified in the request is invalid when the account has ${account}.`,
    )
  }
  return level < 2
}
