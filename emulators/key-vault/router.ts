// From an HTTP request to an operation of the secrets API: route, token, api-version, answer.
// Requests without a token are an operation of their own, "challenge", so that fault rules hit the call that follows.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Faults } from '../kit/faults.ts'
import type { Operation, Reply } from '../kit/http-server.ts'
import { authenticate } from './authenticate.ts'
import * as deleted from './deleted-secrets.ts'
import { errorBody, notImplemented, VaultError } from './errors.ts'
import type { Call } from './lookup.ts'
import { checkApiVersion } from './requests.ts'
import * as secrets from './secrets.ts'
import type { Settling } from './settling.ts'
import type { Store } from './store.ts'
import type { TokenIssuer } from './tokens.ts'

export interface Vault {
  store: Store
  settling: Settling
  issuer: TokenIssuer
  faults: Faults
  /** Milliseconds since 1970. */
  now(): number
  url: string
  retentionDays: number
}

type Handler = (call: Call) => object | undefined

/** Method, path (`*` is a name or version) and the name fault rules use. The first match wins. */
const ROUTES: [string, string, string, Handler][] = [
  ['GET', 'secrets', 'secret.list', secrets.listSecrets],
  ['POST', 'secrets/restore', 'secret.restore', secrets.restoreSecret],
  ['GET', 'secrets/*', 'secret.get', secrets.getSecret],
  ['PUT', 'secrets/*', 'secret.set', secrets.setSecret],
  ['PATCH', 'secrets/*', 'secret.update', secrets.updateSecret],
  ['DELETE', 'secrets/*', 'secret.delete', deleted.deleteSecret],
  ['GET', 'secrets/*/versions', 'secret.listVersions', secrets.listVersions],
  ['POST', 'secrets/*/backup', 'secret.backup', secrets.backupSecret],
  ['GET', 'secrets/*/*', 'secret.get', secrets.getSecret],
  ['PATCH', 'secrets/*/*', 'secret.update', secrets.updateSecret],
  ['GET', 'deletedsecrets', 'deletedSecret.list', deleted.listDeleted],
  ['GET', 'deletedsecrets/*', 'deletedSecret.get', deleted.getDeleted],
  ['DELETE', 'deletedsecrets/*', 'deletedSecret.purge', deleted.purgeDeleted],
  ['POST', 'deletedsecrets/*/recover', 'deletedSecret.recover', deleted.recoverDeleted],
]
const ELSEWHERE = /^(deleted)?(keys|certificates|storage)$|^(rng|settings|backup|restore)$/

/** The operation a request to the vault asks for. */
export function vaultOperation(request: IncomingMessage, vault: Vault): Operation {
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2)
  // Some clients write //secrets, and /secrets/<name>/ for the latest version.
  const segments = path.split('/').filter(Boolean).map(decode)
  const route = ROUTES.find(([method, pattern]) => method === request.method && matches(pattern, segments))
  const run = async (body: Buffer): Promise<Reply> => {
    try {
      await authenticate(request.headers.authorization, vault.issuer)
      const query = new URLSearchParams(search)
      checkApiVersion(query)
      if (!route) throw unknown(request.method ?? '', segments)
      const now = Math.floor(vault.now() / 1000)
      vault.store.purgeDue(now)
      const result = route[3]({
        store: vault.store,
        settling: vault.settling,
        view: { url: originOf(request, vault), retentionDays: vault.retentionDays },
        now,
        path,
        query,
        name: segments[1] ?? '',
        version: route[1].endsWith('/*/*') ? segments[2] : undefined,
        body,
      })
      vault.faults.step(route[2], 'committed')
      return reply(request, result === undefined ? 204 : 200, result && JSON.stringify(result))
    } catch (error) {
      if (!(error instanceof VaultError)) throw error
      return reply(request, error.status, errorBody(error), error.headers)
    }
  }
  return { name: request.headers.authorization === undefined ? 'challenge' : (route?.[2] ?? 'unknown'), run }
}

function matches(pattern: string, segments: string[]): boolean {
  const parts = pattern.split('/')
  return (
    parts.length === segments.length &&
    parts.every((part, at) => part === '*' || part === segments[at]?.toLowerCase())
  )
}

function unknown(method: string, segments: string[]): VaultError {
  if (ELSEWHERE.test(segments[0] ?? '')) return notImplemented(`/${segments[0]}: it keeps secrets only`)
  if (ROUTES.some(([, pattern]) => matches(pattern, segments)))
    return new VaultError(405, 'MethodNotAllowed', `HTTP ${method} not allowed`)
  return new VaultError(404, 'NotFound', `There is nothing at /${segments.join('/')}.`)
}

/** Ids and links use the address the caller used: the SDK refuses to follow a link to another one. */
function originOf({ headers }: IncomingMessage, vault: Vault): string {
  return /^[\w.:[\]-]+$/.test(headers.host ?? '') ? `https://${headers.host}` : vault.url
}

function reply(
  { headers }: IncomingMessage,
  status: number,
  body?: string,
  more: Record<string, string> = {},
): Reply {
  const clientRequestId = headers['x-ms-client-request-id']
  return {
    status,
    headers: {
      'cache-control': 'no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'x-ms-keyvault-region': 'local',
      'x-ms-request-id': randomUUID(),
      ...(typeof clientRequestId === 'string' && { 'x-ms-client-request-id': clientRequestId }),
      'x-content-type-options': 'nosniff',
      ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
      ...more,
    },
    ...(body !== undefined && { body }),
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
