// Microsoft Entra tokens, as the services that emulators play are shown them: RS256, for an audience, signed by one of the
// given keys. Which role the caller has is not asked: any token of the issuer may do everything.
import { readFile } from 'node:fs/promises'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import type { Clock } from './clock.ts'

const SKEW_SECONDS = 300

export interface EntraOptions {
  /** The issuer's public keys, or the http(s) URL that serves them. */
  jwks: JSONWebKeySet | string
  /** What tokens must say in `iss`; anything when absent. */
  issuer?: string
}

/** The claims of a token for one of these audiences. @throws Error that says why it is not valid */
export type VerifyEntra = (token: string, audiences: string[]) => Promise<JWTPayload>

/** @throws Error when the keys are neither a key set nor an http(s) URL. */
export function createEntra({ jwks, issuer }: EntraOptions, clock: Pick<Clock, 'now'>): VerifyEntra {
  const keys = typeof jwks === 'string' ? createRemoteJWKSet(parseUrl(jwks)) : createLocalJWKSet(jwks)
  return async (token, audiences) => {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      // With or without a slash at the end it is the same service.
      audience: audiences.flatMap((audience) => [audience, `${audience}/`]),
      requiredClaims: ['exp', 'aud'],
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(clock.now()),
      ...(issuer !== undefined && { issuer }),
    })
    return payload
  }
}

/** Whether a token is meant to be one of Entra's, rather than a key or signed with one. */
export function isEntraToken(token: string): boolean {
  try {
    return decodeProtectedHeader(token).alg === 'RS256'
  } catch {
    return false
  }
}

/** The options behind `--entra-jwks <url or file>` and `--entra-issuer <name>`. */
export async function entraOptions(flags: {
  entraJwks?: string
  entraIssuer?: string
}): Promise<EntraOptions | undefined> {
  const { entraJwks, entraIssuer } = flags
  if (entraJwks === undefined) return undefined
  const jwks = /^https?:/.test(entraJwks)
    ? entraJwks
    : (JSON.parse(await readFile(entraJwks, 'utf8')) as JSONWebKeySet) // createEntra checks it
  return { jwks, ...(entraIssuer !== undefined && { issuer: entraIssuer }) }
}

function parseUrl(jwks: string): URL {
  const url = URL.parse(jwks)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new Error(`The keys of Entra must be a key set or an http(s) URL, not ${jwks}.`)
}
