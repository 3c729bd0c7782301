// The managed-identity endpoint of App Service and Functions, and the public key of the tokens it gives out.
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Operation, Reply } from '../kit/http-server.ts'
import { guidOf, ISSUER, TENANT_ID, type TokenIssuer } from './tokens.ts'

/** Well-known, so that settings files can name it; the endpoint is only reachable from this machine. */
export const DEFAULT_IDENTITY_HEADER = 'local-managed-identity'

export interface Identity {
  issuer: TokenIssuer
  /** The secret a caller shows in `X-IDENTITY-HEADER`. */
  header: string
  url: string
}

/** The operation a request to the identity endpoint asks for. */
export function identityOperation(request: IncomingMessage, identity: Identity): Operation {
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2)
  if (request.method !== 'GET') return { name: 'unknown', run: () => failure(405, 'Only GET is allowed.') }
  switch (path.replace(`/${TENANT_ID}/`, '/')) {
    case '/msi/token':
      return { name: 'identity.token', run: () => token(request, new URLSearchParams(search), identity) }
    case '/.well-known/jwks.json':
    case '/discovery/keys':
      return { name: 'identity.keys', run: () => json(200, identity.issuer.jwks) }
    case '/.well-known/openid-configuration':
      return { name: 'identity.metadata', run: () => json(200, metadata(identity)) }
    default:
      return {
        name: 'unknown',
        run: () => failure(501, `The emulator does not implement ${path}: it knows managed identities only.`),
      }
  }
}

async function token(request: IncomingMessage, query: URLSearchParams, identity: Identity): Promise<Reply> {
  if (!same(request.headers['x-identity-header'], identity.header)) {
    return failure(401, 'The X-IDENTITY-HEADER header is missing or wrong.')
  }
  const apiVersion = query.get('api-version')
  if (apiVersion === '2017-09-01')
    return failure(501, 'The emulator does not implement api-version 2017-09-01.')
  if (apiVersion !== '2019-08-01') return failure(400, 'The api-version must be 2019-08-01.')
  const resource = query.get('resource')
  if (!resource) return failure(400, 'The resource parameter is missing.')
  const named = ['client_id', 'principal_id', 'object_id', 'mi_res_id'].filter((key) => query.has(key))
  if (named.length > 1) return failure(400, 'Only one of client_id, principal_id, mi_res_id can be given.')
  const principalId = query.get('principal_id') ?? query.get('object_id') ?? undefined
  const issued = await identity.issuer.issue({ resource, clientId: clientIdOf(query), principalId })
  return json(200, {
    access_token: issued.token,
    client_id: issued.clientId,
    expires_on: String(issued.expiresOn),
    not_before: String(issued.notBefore),
    resource,
    token_type: 'Bearer',
  })
}

/** The client id of the identity that is named; of one named otherwise, always the same one for that name. */
function clientIdOf(query: URLSearchParams): string | undefined {
  const other = query.get('mi_res_id') ?? query.get('principal_id') ?? query.get('object_id')
  return other === null ? (query.get('client_id') ?? undefined) : guidOf(other)
}

function metadata({ url }: Identity): object {
  return {
    issuer: ISSUER,
    jwks_uri: `${url}/${TENANT_ID}/discovery/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    subject_types_supported: ['pairwise'],
  }
}

function same(given: string | string[] | undefined, expected: string): boolean {
  const [left, right] = [Buffer.from(String(given ?? '')), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

const failure = (statusCode: number, message: string): Reply =>
  json(statusCode, { statusCode, message, correlationId: randomUUID() })

function json(status: number, body: object): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  }
}
