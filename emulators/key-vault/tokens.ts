// Tokens as Microsoft Entra issues them to managed identities (version 1.0), signed RS256 by a key made at start.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
import { createHash, randomUUID } from 'node:crypto'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from 'jose'

export const TENANT_ID = 'aaaabbbb-0000-4000-8000-00000000cccc'
export const SYSTEM_CLIENT_ID = 'aaaabbbb-0000-4000-8000-00000000dddd'
/** What every identity's token says in `iss`, whatever the address of the endpoint. */
export const ISSUER = `https://sts.windows.net/${TENANT_ID}/`

export interface TokenRequest {
  /** The audience, for example `https://vault.azure.net`. */
  resource: string
  /** A user-assigned identity; the system-assigned one when absent. */
  clientId?: string | undefined
  /** Whose object id the token bears; made of the client id when absent. */
  principalId?: string | undefined
  /** 86400 when absent; negative for a token that has expired. */
  expiresInSeconds?: number
}

export interface IssuedToken {
  token: string
  clientId: string
  /** Whole seconds since 1970. */
  notBefore: number
  expiresOn: number
}

export interface TokenIssuer {
  jwks: JSONWebKeySet
  issue(request: TokenRequest): Promise<IssuedToken>
  /** The verified token's audience. @throws jose.errors.JOSEError for a token that is not ours, or too old */
  verify(token: string): Promise<{ audience: string; issuer: string }>
}

/** @param now milliseconds since 1970 */
export async function createIssuer(now: () => number): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return {
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] },
    async issue({
      resource,
      clientId = SYSTEM_CLIENT_ID,
      principalId = guidOf(clientId),
      expiresInSeconds = 86_400,
    }) {
      const notBefore = Math.floor(now() / 1000)
      const expiresOn = notBefore + expiresInSeconds
      const token = await new SignJWT({
        appid: clientId,
        appidacr: '2',
        idp: ISSUER,
        idtyp: 'app',
        oid: principalId,
        tid: TENANT_ID,
        uti: randomUUID(),
        ver: '1.0',
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
        .setAudience(resource)
        .setIssuer(ISSUER)
        .setSubject(principalId)
        .setIssuedAt(notBefore)
        .setNotBefore(notBefore)
        .setExpirationTime(expiresOn)
        .sign(privateKey)
      return { token, clientId, notBefore, expiresOn }
    },
    async verify(token) {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ['RS256'],
        currentDate: new Date(now()),
        clockTolerance: 300,
        requiredClaims: ['aud', 'exp', 'iss'],
      })
      return { audience: [payload.aud ?? []].flat().join(' '), issuer: payload.iss ?? '' }
    },
  }
}

/** Another id of the identity behind this one: always the same, as the principal of a client id is. */
export function guidOf(id: string): string {
  const hex = createHash('sha256').update(id.toLowerCase()).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
