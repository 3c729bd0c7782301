// Microsoft Entra tokens: RS256, signed by one of the given keys, for the audience of this account. Which role the caller
// has is not asked: any token of the issuer may do everything.
// https://learn.microsoft.com/azure/cosmos-db/nosql/security/how-to-grant-data-plane-role-based-access
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { CosmosError } from './errors.ts'

export interface EntraOptions {
  /** The issuer's public keys, or the http(s) URL that serves them. */
  jwks: JSONWebKeySet | string
  /** What tokens must say in `iss`; anything when absent. */
  issuer?: string
  /** Further audiences; the account's own and `https://cosmos.azure.com` always count. */
  audience?: string[]
}

/** Settles when the token is valid. @throws CosmosError 401 */
export type VerifyEntra = (token: string, host: string) => Promise<void>

const ANY_ACCOUNT = 'https://cosmos.azure.com'
const SKEW_SECONDS = 300

/** @throws Error when the keys are neither a key set nor an http(s) URL. */
export function createEntra({ jwks, issuer, audience = [] }: EntraOptions, clock: () => number): VerifyEntra {
  const keys = typeof jwks === 'string' ? createRemoteJWKSet(parseUrl(jwks)) : createLocalJWKSet(jwks)
  // A client sends the same token for an hour; its signature is looked at once.
  const valid = new Map<string, number>()
  return async (token, host) => {
    const now = clock()
    const known = `${host} ${token}`
    if ((valid.get(known) ?? 0) > now) return
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        audience: [...audiences(host), ...audience],
        requiredClaims: ['exp', 'aud'],
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(now),
        ...(issuer !== undefined && { issuer }),
      })
      if (valid.size >= 100) valid.clear()
      valid.set(known, (payload.exp! + SKEW_SECONDS) * 1000)
    } catch (error) {
      throw new CosmosError(401, `The Microsoft Entra token is not valid: ${(error as Error).message}`)
    }
  }
}

/** How an account is named as an audience: by its endpoint, with or without port and slash. */
function audiences(host: string): string[] {
  const names = [
    ANY_ACCOUNT,
    ...['https', 'http'].flatMap((scheme) => [
      `${scheme}://${host}`,
      `${scheme}://${host.replace(/:\d+$/, '')}`,
    ]),
  ]
  return names.flatMap((name) => [name, `${name}/`])
}

function parseUrl(jwks: string): URL {
  const url = URL.parse(jwks)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new Error(`The keys of Entra must be a key set or an http(s) URL, not ${jwks}.`)
}
