// Microsoft Entra tokens of callers: RS256, for the audience of Azure's model services, signed by one of the given keys.
// Which role the caller has is not asked: any token of the issuer may do everything.
// https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose'
import type { Clock } from '../../kit/clock.ts'

const AUDIENCES = ['https://cognitiveservices.azure.com', 'https://ai.azure.com']
const SKEW_SECONDS = 300

export interface EntraOptions {
  /** The issuer's public keys, or the http(s) URL that serves them. */
  jwks: JSONWebKeySet | string
  /** What tokens must say in `iss`; anything when absent. */
  issuer?: string
}

/** Whether a token is valid. It does not throw: an issuer that cannot be reached makes no token valid. */
export type VerifyEntra = (token: string) => Promise<boolean>

/** @throws Error when the keys are neither a key set nor an http(s) URL. */
export function createEntra({ jwks, issuer }: EntraOptions, clock: Clock): VerifyEntra {
  const keys = typeof jwks === 'string' ? createRemoteJWKSet(parseUrl(jwks)) : createLocalJWKSet(jwks)
  return async (token) => {
    try {
      await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        audience: AUDIENCES.flatMap((audience) => [audience, `${audience}/`]),
        requiredClaims: ['exp', 'aud'],
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(clock.now()),
        ...(issuer !== undefined && { issuer }),
      })
      return true
    } catch {
      return false
    }
  }
}

/** Whether a bearer token is meant to be one of Entra's, rather than a key. */
export function isEntraToken(token: string): boolean {
  try {
    return decodeProtectedHeader(token).alg === 'RS256'
  } catch {
    return false
  }
}

function parseUrl(jwks: string): URL {
  const url = URL.parse(jwks)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new Error(`The keys of Entra must be a key set or an http(s) URL, not ${jwks}.`)
}
