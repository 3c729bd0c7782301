// From a request to the operation of the REST API it asks for. Routes match the raw path, parameters are decoded once
// afterwards: a group may contain slashes. Every call but the health check needs a token for its own URL.
import type { IncomingMessage } from 'node:http'
import createRouter, { type HTTPMethod } from 'find-my-way'
import { isEntraToken } from '../../kit/entra.ts'
import type { HttpService, Operation, Reply } from '../../kit/http-server.ts'
import { isClientPath, unservedFeature } from '../client-url.ts'
import { isHubName } from '../names.ts'
import { hubOf, originsOf, type Service } from '../service.ts'
import { InvalidParameter, notImplemented, ServiceError } from '../service-error.ts'
import { reply } from './call.ts'
import { OPERATIONS, type RestOperation } from './operations.ts'

const HUB = '/api/hubs/:hub'
const CONNECTION = `${HUB}/connections/:connectionId`
const GROUP = `${HUB}/groups/:group`
const USER = `${HUB}/users/:userId`
const PERMISSION = `${HUB}/permissions/:permission/connections/:connectionId`

/** A double colon stands for a literal one. */
const ROUTES: Record<keyof typeof OPERATIONS, [HTTPMethod, string]> = {
  'hub.generateToken': ['POST', `${HUB}/::generateToken`],
  'hub.send': ['POST', `${HUB}/::send`],
  'hub.closeConnections': ['POST', `${HUB}/::closeConnections`],
  'hub.addToGroups': ['POST', `${HUB}/::addToGroups`],
  'hub.removeFromGroups': ['POST', `${HUB}/::removeFromGroups`],
  'connection.exists': ['HEAD', CONNECTION],
  'connection.close': ['DELETE', CONNECTION],
  'connection.send': ['POST', `${CONNECTION}/::send`],
  'connection.removeFromAllGroups': ['DELETE', `${CONNECTION}/groups`],
  'group.exists': ['HEAD', GROUP],
  'group.send': ['POST', `${GROUP}/::send`],
  'group.closeConnections': ['POST', `${GROUP}/::closeConnections`],
  'group.listConnections': ['GET', `${GROUP}/connections`],
  'group.addConnection': ['PUT', `${GROUP}/connections/:connectionId`],
  'group.removeConnection': ['DELETE', `${GROUP}/connections/:connectionId`],
  'user.exists': ['HEAD', USER],
  'user.send': ['POST', `${USER}/::send`],
  'user.closeConnections': ['POST', `${USER}/::closeConnections`],
  'user.addToGroup': ['PUT', `${USER}/groups/:group`],
  'user.removeFromGroup': ['DELETE', `${USER}/groups/:group`],
  'user.removeFromAllGroups': ['DELETE', `${USER}/groups`],
  'permission.grant': ['PUT', PERMISSION],
  'permission.revoke': ['DELETE', PERMISSION],
  'permission.check': ['HEAD', PERMISSION],
}

const MAX_BODY_BYTES = 1024 * 1024

const API_VERSIONS = ['2021-10-01', '2022-11-01', '2023-07-01', '2024-01-01', '2024-12-01']
const SUPPORTED = { 'api-supported-versions': API_VERSIONS.join(', ') }

/** The REST API as a service for the HTTP kit, over TLS when there is a certificate. */
export function createRestService(service: Service, tls?: HttpService['tls']): HttpService {
  const router = createRouter({ maxParamLength: 8192, caseSensitive: false, ignoreTrailingSlash: true })
  const byHandler = new Map<unknown, [name: string, operation: RestOperation]>()
  for (const [name, [method, path]] of Object.entries(ROUTES)) {
    const handler = (): void => {}
    byHandler.set(handler, [name, OPERATIONS[name as keyof typeof OPERATIONS]])
    router.on(method, path, handler)
  }

  return {
    ...(tls && { tls }),
    faults: service.faults,
    log: service.log,
    toError,
    route(request) {
      const [path = '/'] = (request.url ?? '/').split('?', 1)
      if (path === '/api/health') return { name: 'health', run: () => reply(200) }
      const feature = unservedFeature(path)
      if (feature !== undefined) return failing('client', notImplemented(feature))
      if (isClientPath(path))
        return failing('client', new ServiceError(400, 'A WebSocket request is expected here.'))
      const match = router.find(request.method as HTTPMethod, path)
      const known = match && byHandler.get(match.handler)
      if (!match || !known) return failing('unknown', unknownRoute(request.method, path))
      const [name, run] = known
      const params = match.params as Record<string, string>
      return { name, run: (body) => call(service, request, params, body, run) }
    },
  }
}

async function call(
  service: Service,
  request: IncomingMessage,
  params: Record<string, string>,
  body: Buffer,
  run: RestOperation,
): Promise<Reply> {
  service.stats.restRequests++
  await authorize(service, request)
  if (body.length > MAX_BODY_BYTES) throw new ServiceError(400, 'Invalid Content-Length header.', 'Request')
  if (!isHubName(params.hub ?? '')) throw new ServiceError(400, 'The hub name is not valid.', 'hub')
  const [, search = ''] = request.url!.split('?', 2)
  const query = new URLSearchParams(search)
  const versions = query.getAll('api-version')
  if (versions.length > 1 || !versions.every((version) => API_VERSIONS.includes(version))) {
    throw new ServiceError(400, `api-version is one of ${API_VERSIONS.join(', ')}.`, 'api-version')
  }
  const answer = await run({ service, request, params, query, body, hub: hubOf(service, params.hub!) })
  return { ...answer, headers: { ...SUPPORTED, ...answer.headers } }
}

/** A token signed with the access key names the request's own URL, with or without query; one of Entra's the service. */
async function authorize(service: Service, request: IncomingMessage): Promise<void> {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new ServiceError(401, 'The bearer token is missing.')
  if (isEntraToken(token)) {
    if (!service.entra)
      throw new ServiceError(401, 'No issuer of Entra tokens is known: start with --entra-jwks.')
    if (await service.entra(token)) return
    throw new ServiceError(401, 'The Entra token is not valid here: check audience, issuer, key and expiry.')
  }
  const [path = ''] = request.url!.split('?', 1)
  const urls = originsOf(service, request.headers.host).flatMap((origin) => [
    origin + request.url,
    origin + path,
  ])
  if (await service.tokens.verifyRest(token, urls)) return
  throw new ServiceError(401, 'The token is not valid for this URL: check key, audience and expiry.')
}

function unknownRoute(method: string | undefined, path: string): ServiceError {
  if (/^\/api\/hubs\/[^/]+\/chat(\/|$)/i.test(path)) return notImplemented('The chat REST API (preview)')
  return new ServiceError(404, `There is no operation ${method} ${path}.`)
}

const failing = (name: string, error: ServiceError): Operation => ({
  name,
  run() {
    throw error
  },
})

function toError(error: unknown): Reply {
  const known = error instanceof ServiceError ? error : new ServiceError(500, 'Internal server error.')
  const { code, message, target } = known
  const answer = reply(known.status, { code, message, target, ...(isProblem(known) && problemOf(known)) })
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(isProblem(known) && { 'content-type': 'application/problem+json; charset=utf-8' }),
      ...SUPPORTED,
      'x-ms-error-code': code,
      ...(known.status === 401 && { 'www-authenticate': 'Bearer' }),
    },
  }
}

const isProblem = (error: ServiceError): boolean => error instanceof InvalidParameter

const problemOf = ({ status, message, target = '' }: ServiceError): object => ({
  errors: { [target]: [message] },
  type: null,
  title: 'One or more validation errors occurred.',
  status,
  detail: null,
  instance: null,
  extensions: {},
})
