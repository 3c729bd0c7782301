// What a key opens: the master key everything, a key of the host every function, a key of a function that one.
import type { IncomingMessage } from 'node:http'
import type { KeyStore } from './key-store.ts'

export const LEVELS = ['anonymous', 'function', 'system', 'admin'] as const
export type Level = (typeof LEVELS)[number]

/** The level of the key a request carries, in `x-functions-key` or else `?code=`. A key nobody knows is none. */
export function levelOf(keys: KeyStore, request: IncomingMessage, functionName?: string): Level {
  const given = request.headers['x-functions-key'] ?? codeOf(request.url!)
  if (given === undefined || given === '') return 'anonymous'
  if (given === keys.master()) return 'admin'
  const isIn = (list: ReturnType<KeyStore['list']>): boolean =>
    list?.some(({ value }) => value === given) ?? false
  if (isIn(keys.list('systemkeys'))) return 'system'
  if (isIn(keys.list('functionkeys'))) return 'function'
  if (functionName !== undefined && isIn(keys.list({ function: functionName }))) return 'function'
  return 'anonymous'
}

/** Levels are no ladder: beside the wanted one only the master key will do. */
export const opens = (level: Level, wanted: Level): boolean =>
  wanted === 'anonymous' || level === wanted || level === 'admin'

/** @throws Error naming the function when its `authLevel` is none. */
export function wantedLevel(functionName: string, authLevel: unknown): Level {
  if (authLevel === undefined) return 'function'
  const level = LEVELS.find((one) => one === String(authLevel).toLowerCase())
  if (level) return level
  throw new Error(`Function "${functionName}": there is no authLevel "${authLevel}" (${LEVELS.join(', ')}).`)
}

function codeOf(url: string): string | undefined {
  const query = url.indexOf('?')
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query + 1)).get('code') ?? undefined)
}
