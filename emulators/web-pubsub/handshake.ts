// A WebSocket request until it is a connection: token, `connect` event, upgrade; or recovery of a connection that lost
// its socket. Whatever is wrong is answered in HTTP before the upgrade, but a refused recovery is a close with 1008.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import {
  accessTokenOf,
  type ClientUrl,
  headersForUpstream,
  parseClientUrl,
  publishModeOf,
  queryForUpstream,
} from './client-url.ts'
import { createConnection, type NewConnection } from './connection.ts'
import { addConnection, joinGroup } from './hub.ts'
import { attach, greet } from './lifecycle.ts'
import { isGroupName } from './names.ts'
import { connectionCount, hubOf, originsOf, type Service, settingsOf } from './service.ts'
import { ServiceError } from './service-error.ts'
import { receive } from './session.ts'
import { subprotocolOf } from './subprotocols.ts'
import type { ClientClaims } from './tokens.ts'

/** Finishes the upgrade with the subprotocol given (none when undefined); rejects when the client has gone. */
export type Upgrade = (subprotocol: string | undefined) => Promise<WebSocket>

export interface Handshake {
  request: IncomingMessage
  upgrade: Upgrade
}

/**
 * Answers a WebSocket request.
 * @throws ServiceError or ConnectRefused, nothing having been upgraded.
 */
export async function shakeHands(service: Service, handshake: Handshake): Promise<void> {
  const url = parseClientUrl(handshake.request)
  const offered = offeredSubprotocols(handshake.request)
  if (url.query.has('awps_connection_id')) return recover(service, handshake, url, offered)
  if (connectionCount(service) >= service.maxConnections) {
    throw new ServiceError(429, `There are ${service.maxConnections} connections: more need more units.`)
  }
  service.opening++
  try {
    await open(service, handshake, url, offered)
  } finally {
    service.opening--
  }
}

/** The `connect` handler said no; its status goes to the client. */
export class ConnectRefused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`The connect event was refused with ${status}.`)
    this.status = status
  }
}

async function open(
  service: Service,
  handshake: Handshake,
  url: ClientUrl,
  offered: string[],
): Promise<void> {
  const { request } = handshake
  const claims = await authenticate(service, url, request)
  const publishTo = publishModeOf(url)
  const connectionId = randomBytes(16).toString('base64url')
  const origin = url.host.replace(/:\d+$/, '')
  const hub = hubOf(service, url.hub)
  const upstream: NewConnection['upstream'] = { lastEventId: 0, state: undefined, cookies: new Map() }
  const answer = await service.upstream.connect(
    { connectionId, hub: hub.name, userId: claims.userId, subprotocol: undefined, origin, upstream },
    {
      claims: claims.all,
      query: queryForUpstream(url.query),
      headers: headersForUpstream(request),
      subprotocols: offered,
      clientCertificates: [],
    },
  )
  if (answer.status !== 200) throw new ConnectRefused(answer.status)
  const connection = createConnection({
    id: connectionId,
    hub,
    userId: answer.userId ?? claims.userId,
    subprotocol: chooseSubprotocol(offered, answer.subprotocol),
    origin,
    roles: answer.roles ?? claims.roles,
    publishTo,
    upstream,
  })
  const token = connection.reliable ? await service.tokens.issueReconnection(connectionId) : undefined
  let socket: WebSocket
  try {
    socket = await handshake.upgrade(connection.subprotocol)
  } catch (error) {
    service.upstream.disconnected(connection, 'The client left before the upgrade.')
    throw error
  }
  addConnection(hub, connection)
  attach(service, connection, socket, (...frame) => receive(service, ...frame))
  greet(service, connection, token)
  service.upstream.connected(connection)
  for (const group of answer.groups?.length ? answer.groups : claims.groups) joinGroup(connection, group)
}

async function recover(
  service: Service,
  handshake: Handshake,
  url: ClientUrl,
  offered: string[],
): Promise<void> {
  const { query } = url
  const id = query.get('awps_connection_id') ?? ''
  const valid = await service.tokens.verifyReconnection(query.get('awps_reconnection_token') ?? '', id)
  const token = await service.tokens.issueReconnection(id)
  const connection = hubOf(service, url.hub).connections.get(id)
  const recovered = valid && connection?.reliable && !connection.closed ? connection : undefined
  // Whatever is offered now, the connection goes on with the subprotocol it began with.
  const socket = await handshake.upgrade(
    recovered ? recovered.subprotocol : offered.find((name) => subprotocolOf(name)),
  )
  if (!recovered || recovered.closed) return socket.close(1008, 'The connection could not be recovered.')
  attach(service, recovered, socket, (...frame) => receive(service, ...frame))
  greet(service, recovered, token)
  service.delivery.replay(recovered)
}

async function authenticate(
  service: Service,
  url: ClientUrl,
  request: IncomingMessage,
): Promise<ClientClaims> {
  const token = accessTokenOf(url, request)
  if (token === undefined) {
    const anonymous = settingsOf(service, url.hub.toLowerCase()).anonymousConnectPolicy === 'allow'
    if (!anonymous) throw new ServiceError(401, 'The access token is missing.')
    return { userId: undefined, roles: [], groups: [], all: {} }
  }
  const path = `/client/hubs/${encodeURIComponent(url.hub)}`
  const audiences = originsOf(service, url.host).map((origin) => origin + path)
  const claims = await service.tokens.verifyClient(token, audiences)
  if (!claims)
    throw new ServiceError(401, 'The access token is not valid here: check key, audience and expiry.')
  if (!claims.groups.every(isGroupName))
    throw new ServiceError(400, 'The token names a group that is not valid.')
  return claims
}

const offeredSubprotocols = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** The handler's choice, else the first offered that we speak; without either the client is a simple one. */
function chooseSubprotocol(offered: string[], chosen: string | undefined): string | undefined {
  if (chosen !== undefined && !offered.includes(chosen)) {
    throw new ServiceError(
      500,
      `The connect handler chose a subprotocol the client did not offer: ${chosen}.`,
    )
  }
  return chosen ?? offered.find((name) => subprotocolOf(name))
}
