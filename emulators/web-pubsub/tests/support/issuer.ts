// A stub of Microsoft Entra: one RSA key, tokens for whoever asks, and its public key as a key set or by URL.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TokenCredential } from '@azure/core-auth'
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose'

export interface Issuer extends AsyncDisposable {
  name: string
  jwks: JSONWebKeySet
  /** Where the keys are served. */
  jwksUrl: string
  /** A managed-identity endpoint, and the paths it was asked for. */
  identity: { endpoint: string; header: string; requests: string[] }
  /** A valid token for Web PubSub, with these claims instead of the usual ones. */
  token(claims?: JWTPayload): Promise<string>
  /** What an application with a managed identity holds; remembers the scopes it was asked for. */
  credential: TokenCredential & { scopes: string[] }
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    if (!request.url!.startsWith('/msi/token')) return void response.end(JSON.stringify(jwks))
    requests.push(request.url!)
    if (request.headers['x-identity-header'] !== 'secret') return void response.writeHead(401).end()
    const aud = new URL(request.url!, 'http://h').searchParams.get('resource')!
    const expiresOn = String(Math.floor(Date.now() / 1000) + 3600)
    response.end(JSON.stringify({ access_token: await token({ aud }), expires_on: expiresOn }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const name = 'https://sts.windows.net/tenant/'
  const scopes: string[] = []
  const token: Issuer['token'] = (claims = {}) => {
    const now = Math.floor(Date.now() / 1000)
    const usual = { aud: 'https://webpubsub.azure.com', iss: name, iat: now, nbf: now, exp: now + 3600 }
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(privateKey)
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    name,
    jwks,
    jwksUrl: `${url}/keys`,
    identity: { endpoint: `${url}/msi/token`, header: 'secret', requests },
    token,
    credential: {
      scopes,
      async getToken(asked) {
        scopes.push(...[asked].flat())
        return { token: await token(), expiresOnTimestamp: Date.now() + 3_600_000 }
      },
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
