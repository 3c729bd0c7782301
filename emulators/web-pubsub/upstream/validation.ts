// Abuse protection: a handler URL gets events only after it has allowed our origin, asked once per URL by OPTIONS (by
// GET where OPTIONS is unknown). A refusal is asked again after 1, 2, 4 … 60 seconds.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
import type { Clock } from '../../kit/clock.ts'
import { type HttpAnswer, NoAnswer } from './http-client.ts'
import type { Ask } from './retry.ts'

const MAX_PAUSE_MS = 60_000

export interface Validation {
  /** Whether the URL has allowed the origin (a host without port). */
  allows(url: URL, origin: string): Promise<boolean>
}

interface Entry {
  result: Promise<boolean>
  failures: number
  retryAt: number
}

export function createValidation(ask: Ask, clock: Clock): Validation {
  const entries = new Map<string, Entry>()

  const validate = async (url: URL, origin: string): Promise<boolean> => {
    const headers = { 'webhook-request-origin': origin, 'ce-awpsversion': '1.0' }
    try {
      let answer = await ask('upstream.validate', { method: 'OPTIONS', url, headers })
      if (answer.status === 404) answer = await ask('upstream.validate', { method: 'GET', url, headers })
      return isAllowed(answer, origin)
    } catch (error) {
      if (error instanceof NoAnswer) return false
      throw error
    }
  }

  return {
    allows(url, origin) {
      const key = `${origin} ${url.href}`
      const known = entries.get(key)
      if (known && clock.now() < known.retryAt) return known.result
      const failures = known?.failures ?? 0
      const entry: Entry = { failures, retryAt: Number.POSITIVE_INFINITY, result: validate(url, origin) }
      entries.set(key, entry)
      void entry.result.then((allowed) => {
        if (allowed) return
        entry.failures = failures + 1
        entry.retryAt = clock.now() + Math.min(1000 * 2 ** failures, MAX_PAUSE_MS)
      })
      return entry.result
    },
  }
}

function isAllowed(answer: HttpAnswer, origin: string): boolean {
  if (answer.status < 200 || answer.status > 299) return false
  const allowed = answer.headers['webhook-allowed-origin']
  const values = allowed === undefined ? [] : [allowed].flat()
  return values
    .flatMap((value) => value.split(','))
    .some((value) => value.trim() === '*' || value.trim().toLowerCase() === origin.toLowerCase())
}
