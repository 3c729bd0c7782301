// The data-plane operations of api-version 2024-12-01, one function each. Sending to nobody succeeds, as closing and
// leaving do; joining needs somebody to join.
// https://learn.microsoft.com/rest/api/webpubsub/dataplane/web-pub-sub
import { z } from 'zod'
import type { Reply } from '../../kit/http-server.ts'
import type { Connection } from '../connection.ts'
import { connectionsOfGroup, connectionsOfUser, joinGroup, leaveAllGroups, leaveGroup } from '../hub.ts'
import { closeConnection } from '../lifecycle.ts'
import { dataTypeOf } from '../media-type.ts'
import type { Message } from '../message.ts'
import { isGroupName } from '../names.ts'
import { isAllowed, setPermission } from '../permissions.ts'
import { notExisted, notImplemented, ServiceError } from '../service-error.ts'
import {
  type Call,
  connectionIdOf,
  connectionOf,
  expiryOf,
  groupOf,
  parseJson,
  payloadOf,
  permissionOf,
  reasonOf,
  reply,
  selected,
  userOf,
  wholeNumber,
} from './call.ts'
import { compileFilter } from './filter.ts'
import { listConnections } from './list-connections.ts'

export type RestOperation = (call: Call) => Reply | Promise<Reply>

export const OPERATIONS = {
  'hub.generateToken': generateToken,
  'hub.send': (call) => send(call, call.hub.connections.values(), { from: 'server' }),
  'hub.closeConnections': (call) => closeAll(call, call.hub.connections.values()),
  'hub.addToGroups': (call) => changeGroups(call, joinGroup),
  'hub.removeFromGroups': (call) => changeGroups(call, leaveGroup),

  'connection.exists': (call) => found(connectionOf(call) !== undefined, 'Warning.Connection'),
  'connection.close': (call) => closeAll(call, one(connectionOf(call))),
  'connection.send': (call) => send(call, one(connectionOf(call)), { from: 'server' }),
  'connection.removeFromAllGroups': (call) => forEach(one(connectionOf(call)), leaveAllGroups),

  'group.exists': (call) => found(connectionsOfGroup(call.hub, groupOf(call)).size > 0, 'Warning.Group'),
  'group.send'(call) {
    const group = groupOf(call)
    return send(call, connectionsOfGroup(call.hub, group), { from: 'group', group })
  },
  'group.closeConnections': (call) => closeAll(call, connectionsOfGroup(call.hub, groupOf(call))),
  'group.listConnections': listConnections,
  'group.addConnection'(call) {
    const group = groupOf(call)
    joinGroup(required(call, 'Error.Connection'), group)
    return reply(200)
  },
  'group.removeConnection'(call) {
    const group = groupOf(call)
    return forEach(one(connectionOf(call)), (connection) => leaveGroup(connection, group))
  },

  'user.exists': (call) => found(connectionsOfUser(call.hub, userOf(call)).size > 0, 'Warning.User'),
  'user.send': (call) => send(call, connectionsOfUser(call.hub, userOf(call)), { from: 'server' }),
  'user.closeConnections': (call) => closeAll(call, connectionsOfUser(call.hub, userOf(call))),
  'user.addToGroup'(call) {
    const group = groupOf(call)
    const connections = connectionsOfUser(call.hub, userOf(call))
    if (connections.size === 0) throw notExisted('Warning.User', userOf(call))
    for (const connection of connections) joinGroup(connection, group)
    return reply(200)
  },
  'user.removeFromGroup'(call) {
    const group = groupOf(call)
    return forEach(connectionsOfUser(call.hub, userOf(call)), (connection) => leaveGroup(connection, group))
  },
  'user.removeFromAllGroups': (call) => forEach(connectionsOfUser(call.hub, userOf(call)), leaveAllGroups),

  'permission.grant'(call) {
    const permission = permissionOf(call)
    const target = targetOf(call)
    setPermission(required(call, 'Info.Connection').permissions, permission, true, target)
    return reply(200)
  },
  'permission.revoke'(call) {
    const permission = permissionOf(call)
    const target = targetOf(call)
    return forEach(one(connectionOf(call)), ({ permissions }) =>
      setPermission(permissions, permission, false, target),
    )
  },
  'permission.check'(call) {
    const permission = permissionOf(call)
    const connection = connectionOf(call)
    const target = targetOf(call)
    const allowed = connection !== undefined && isAllowed(connection.permissions, permission, target)
    return found(allowed, 'Info.Connection')
  },
} satisfies Record<string, RestOperation>

/** The answer to a HEAD: what is not there is named in a header, where there is no body. */
function found(exists: boolean, code: string): Reply {
  if (exists) return reply(200)
  return { ...reply(404), headers: { 'x-ms-error-code': `${code}.NotExisted` } }
}

const one = (connection: Connection | undefined): Connection[] => (connection ? [connection] : [])

function required(call: Call, code: 'Error.Connection' | 'Info.Connection'): Connection {
  const connection = connectionOf(call)
  if (connection) return connection
  throw notExisted(code, connectionIdOf(call))
}

/** The SDK lets `targetName` be left out, which the service refuses. */
function targetOf({ query }: Call): string {
  const target = query.get('targetName') ?? ''
  if (isGroupName(target)) return target
  const message = 'Invalid group name. Valid group name should be in between 1 and 1024 characters long.'
  throw new ServiceError(400, message, 'Request')
}

function forEach(connections: Iterable<Connection>, change: (connection: Connection) => void): Reply {
  for (const connection of connections) change(connection)
  return reply(204)
}

function send(call: Call, connections: Iterable<Connection>, source: Pick<Message, 'from' | 'group'>): Reply {
  const expiresAt = expiryOf(call)
  const receivers = selected(call, connections)
  call.service.delivery.deliver({ ...source, payload: payloadOf(call), expiresAt }, receivers)
  return reply(202)
}

function closeAll(call: Call, connections: Iterable<Connection>): Reply {
  const reason = reasonOf(call)
  for (const connection of selected(call, connections)) closeConnection(call.service, connection, reason)
  return reply(204)
}

const groupChange = z.object({
  groups: z.array(z.string().refine(isGroupName)).min(1),
  filter: z.string().nullish(),
})

function changeGroups(call: Call, change: (connection: Connection, group: string) => void): Reply {
  if (dataTypeOf(call.request.headers['content-type'] ?? '') !== 'json') {
    throw new ServiceError(415, 'The body must be application/json.', 'content-type')
  }
  const parsed = groupChange.safeParse(parseJson(call.body.toString('utf8')))
  if (!parsed.success) throw new ServiceError(400, z.prettifyError(parsed.error), 'body')
  const matches = compileFilter(parsed.data.filter)
  for (const connection of call.hub.connections.values()) {
    if (matches(connection)) for (const group of parsed.data.groups) change(connection, group)
  }
  return reply(200)
}

async function generateToken(call: Call): Promise<Reply> {
  const { query, service } = call
  const clientType = (query.get('clientType') ?? 'default').toLowerCase()
  if (clientType === 'mqtt' || clientType === 'socketio')
    throw notImplemented(clientType === 'mqtt' ? 'MQTT (a token for it)' : 'Socket.IO (a token for it)')
  if (clientType !== 'default') throw new ServiceError(400, `Unknown clientType ${clientType}.`, 'clientType')
  const groups = query.getAll('group')
  if (!groups.every(isGroupName)) throw new ServiceError(400, 'A group name is not valid.', 'group')
  const minutes = wholeNumber(call, 'minutesToExpire', 1, 2_147_483_647) ?? 60
  const origin = `${service.scheme}://${call.request.headers.host}`
  const audience = `${origin}/client/hubs/${encodeURIComponent(call.hub.name)}`
  const claims = { userId: query.get('userId') || undefined, roles: query.getAll('role'), groups }
  return reply(200, { token: await service.tokens.issueClient(audience, claims, minutes) })
}
