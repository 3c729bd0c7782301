// The service's own managed identity, with which it calls event handlers that ask for it: a token per resource from an
// endpoint that speaks as App Service's does, kept until shortly before it expires.
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
import { z } from 'zod'
import type { Clock } from '../../kit/clock.ts'
import { NoAnswer } from './http-client.ts'

export interface IdentityOptions {
  /** The URL that gives tokens, for example `http://127.0.0.1:8444/msi/token`. */
  endpoint: string
  /** What the endpoint wants to see in `X-IDENTITY-HEADER`. */
  header: string
}

/** A token for the resource. @throws NoAnswer when the endpoint gives none */
export type TokenFor = (resource: string) => Promise<string>

const answerPattern = z.object({ access_token: z.string().min(1), expires_on: z.coerce.number() })
const EARLY_MS = 300_000

export function createIdentity({ endpoint, header }: IdentityOptions, clock: Clock): TokenFor {
  const known = new Map<string, { token: string; until: number }>()

  const ask = async (resource: string): Promise<{ token: string; until: number }> => {
    const url = new URL(endpoint)
    url.searchParams.set('api-version', '2019-08-01')
    url.searchParams.set('resource', resource)
    const answer = await fetch(url, { headers: { 'x-identity-header': header } })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    const { access_token: token, expires_on: expiresOn } = answerPattern.parse(await answer.json())
    return { token, until: expiresOn * 1000 - EARLY_MS }
  }

  return async (resource) => {
    const kept = known.get(resource)
    if (kept && clock.now() < kept.until) return kept.token
    try {
      const fresh = await ask(resource)
      known.set(resource, fresh)
      return fresh.token
    } catch (error) {
      throw new NoAnswer(`The identity endpoint gave no token for ${resource}: ${error}`, false, error)
    }
  }
}
