import type { IncomingHttpHeaders } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { SecretClient } from '@azure/keyvault-secrets'
import type { KeyVault } from '../server.ts'

/** The official client, which trusts the emulator's certificate and gets its tokens in process. */
export function clientOf(vault: KeyVault, options: { retries?: number; url?: string } = {}): SecretClient {
  const credential = {
    getToken: async () => ({ token: await vault.token(), expiresOnTimestamp: Date.now() + 3_600_000 }),
  }
  return new SecretClient(options.url ?? vault.url, credential, {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: vault.ca },
    retryOptions: { maxRetries: options.retries ?? 0, retryDelayInMs: 1 },
  })
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server sends
  body: any
}

/** A request as written; `token` is a bearer token, or the one for Key Vault when absent, or none when null. */
export async function raw(
  vault: Pick<KeyVault, 'port' | 'ca'> & Partial<KeyVault>,
  method: string,
  path: string,
  { token, body, headers }: { token?: string | null; body?: unknown; headers?: object } = {},
): Promise<Answer> {
  const bearer = token === undefined ? await vault.token?.() : token
  const options: RequestOptions = {
    method,
    path,
    port: vault.port,
    host: '127.0.0.1',
    ca: vault.ca,
    agent: false,
    headers: { ...(bearer != null && { authorization: `Bearer ${bearer}` }), ...headers },
  }
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request(options, async (response) => {
    const text = (await response.setEncoding('utf8').toArray()).join('')
    resolve({
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    })
  }).on('error', reject)
  sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  return promise
}

export const V = 'api-version=7.6'
