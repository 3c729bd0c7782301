// One REST call: its hub, path parameters, query and body, each read with the service's own 400 and 415.
import type { IncomingMessage } from 'node:http'
import type { Reply } from '../../kit/http-server.ts'
import { isMetadata } from '../client-frames.ts'
import type { Connection } from '../connection.ts'
import type { Hub } from '../hub.ts'
import { dataTypeOf, payloadFrom } from '../media-type.ts'
import type { Payload } from '../message.ts'
import { isGroupName } from '../names.ts'
import type { Permission } from '../permissions.ts'
import type { Service } from '../service.ts'
import { ServiceError } from '../service-error.ts'
import { metadataOf } from '../upstream/cloud-event.ts'
import { compileFilter } from './filter.ts'

export interface Call {
  service: Service
  hub: Hub
  /** Path parameters, decoded. */
  params: Record<string, string>
  query: URLSearchParams
  request: IncomingMessage
  body: Buffer
}

export const reply = (status: number, body?: object): Reply =>
  body === undefined
    ? { status }
    : { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) }

export function groupOf({ params }: Call): string {
  const { group = '' } = params
  if (!isGroupName(group))
    throw new ServiceError(400, 'A group name has 1 to 1024 characters, not all blank.', 'group')
  return group
}

export const userOf = (call: Call): string => nonEmpty(call, 'userId')

export const connectionIdOf = (call: Call): string => nonEmpty(call, 'connectionId')

export function permissionOf({ params }: Call): Permission {
  const known = (['sendToGroup', 'joinLeaveGroup'] as const).find(
    (one) => one.toLowerCase() === params.permission?.toLowerCase(),
  )
  if (known) return known
  throw new ServiceError(400, 'A permission is sendToGroup or joinLeaveGroup.', 'permission')
}

/** The connection named in the path, if it is here. */
export const connectionOf = (call: Call): Connection | undefined =>
  call.hub.connections.get(connectionIdOf(call))

/** The `reason` given to clients that are closed. */
export const reasonOf = ({ query }: Call): string => {
  const reason = query.get('reason')
  return `Application server closed the connection.${reason ? ` Reason: ${reason}` : ''}`
}

/**
 * Those of the connections that the query's `excluded` and `filter` leave.
 * @throws ServiceError 400 when the filter is not valid; nothing has happened then.
 */
export function selected(call: Call, connections: Iterable<Connection>): Connection[] {
  const excluded = new Set(call.query.getAll('excluded'))
  const matches = compileFilter(call.query.get('filter'))
  const chosen: Connection[] = []
  for (const connection of connections) {
    if (!excluded.has(connection.id) && matches(connection)) chosen.push(connection)
  }
  return chosen
}

/** A whole number of the query within bounds; undefined when absent. */
export function wholeNumber({ query }: Call, name: string, min: number, max: number): number | undefined {
  const values = query.getAll(name)
  if (values.length === 0) return undefined
  const value = /^\d{1,10}$/.test(values[0]!) ? Number(values[0]) : Number.NaN
  if (values.length > 1 || !(value >= min && value <= max)) {
    throw new ServiceError(400, `${name} must be a whole number from ${min} to ${max}.`, name)
  }
  return value
}

/** When the message of this call expires, in milliseconds since the epoch; `messageTtlSeconds=0` or none: never. */
export function expiryOf(call: Call): number | undefined {
  const ttl = wholeNumber(call, 'messageTtlSeconds', 0, 300) ?? 0
  return ttl === 0 ? undefined : call.service.clock.now() + ttl * 1000
}

/** The body of a send: JSON, text or bytes by its content type; bytes when none is given. */
export function payloadOf({ request, body }: Call): Payload {
  if (request.headers['content-length'] === undefined) {
    throw new ServiceError(400, 'Invalid Content-Length header.', 'Request')
  }
  const dataType = dataTypeOf(request.headers['content-type'] || 'application/octet-stream')
  if (dataType === undefined || dataType === 'protobuf') {
    throw new ServiceError(
      415,
      'Send application/json, text/plain or application/octet-stream.',
      'content-type',
    )
  }
  const payload = payloadFrom(dataType, body)
  if (payload.dataType === 'json') parseJson(payload.text)
  const metadata = metadataOf(request.headers)
  if (metadata && !isMetadata(metadata)) {
    throw new ServiceError(
      400,
      'Metadata has keys of up to 256 and values of up to 1024 characters.',
      'Request',
    )
  }
  return metadata ? { ...payload, metadata } : payload
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ServiceError(400, 'The request body is not a valid JSON.', 'Request')
  }
}

function nonEmpty({ params }: Call, name: string): string {
  const value = params[name] ?? ''
  if (value.trim() === '') throw new ServiceError(400, `${name} must not be empty.`, name)
  return value
}
