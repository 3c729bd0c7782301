// Streams from one client to a group: a start, parts numbered from 1, an end. Parts are taken once and in order; every
// one that is taken is acknowledged with the number that must come next. A stream ends with its connection.
// Preview, without documentation: frames and error names are those of @azure/web-pubsub-client 1.1.0.
import type { StreamOperation } from './client-frames.ts'
import type { Connection, Stream } from './connection.ts'
import { connectionsOfGroup } from './hub.ts'
import type { Payload, StreamPosition } from './message.ts'
import { isAllowed } from './permissions.ts'
import type { Service } from './service.ts'
import type { Problem, StreamError } from './service-frames.ts'

type Of<Type extends StreamOperation['type']> = Extract<StreamOperation, { type: Type }>

/** Opens a stream; false when the client may not send to the group. */
export function startStream(service: Service, connection: Connection, operation: Of<'streamStart'>): boolean {
  const { streamId, group, noEcho, idleTimeoutMs } = operation
  if (!isAllowed(connection.permissions, 'sendToGroup', group)) {
    const message = `The client does not have permission to send to group '${group}'.`
    closed(service, connection, streamId, { name: 'Forbidden', message })
    return false
  }
  let stream = connection.streams.get(streamId)
  if (!stream) {
    stream = { streamId, group, noEcho, idleTimeoutMs, expected: 1, idle: { cancel() {} } }
    connection.streams.set(streamId, stream)
  }
  stayAwake(service, connection, stream)
  acknowledge(service, connection, stream)
  return true
}

export function takeStreamData(service: Service, connection: Connection, operation: Of<'streamData'>): void {
  const stream = find(service, connection, operation.streamId)
  if (!stream) return
  stayAwake(service, connection, stream)
  if (!operation.part) return
  const { sequenceId, payload } = operation.part
  if (sequenceId > stream.expected) {
    const { streamId, expected } = stream
    const problem = { name: 'InvalidSequenceId', message: `Part ${expected} must come next.` } as const
    const frame = { type: 'streamNack', streamId, expectedSequenceId: expected, ...problem } as const
    return void service.delivery.control(connection, frame)
  }
  // A lower number is a part sent again after a lost connection: it is known, so only the answer is repeated.
  if (sequenceId === stream.expected) {
    stream.expected++
    publish(service, connection, stream, payload, { streamId: stream.streamId, streamSequenceId: sequenceId })
  }
  acknowledge(service, connection, stream)
}

export function endStream(service: Service, connection: Connection, operation: Of<'streamEnd'>): void {
  const stream = find(service, connection, operation.streamId)
  if (!stream) return
  finish(service, connection, stream, operation.error && { name: 'UserError', ...operation.error })
  closed(service, connection, stream.streamId)
}

/** Ends the streams of a connection that has ended. */
export function endStreamsOf(service: Service, connection: Connection): void {
  const error = { name: 'InternalServerError', message: 'The connection of the sender has ended.' }
  for (const stream of connection.streams.values()) finish(service, connection, stream, error)
}

function finish(
  service: Service,
  connection: Connection,
  stream: Stream,
  error: StreamPosition['error'],
): void {
  stream.idle.cancel()
  connection.streams.delete(stream.streamId)
  const { streamId, expected } = stream
  const position: StreamPosition = { streamId, streamSequenceId: expected, endOfStream: true }
  // Clients skip messages without a data type and take empty text at the end of a stream for no part.
  publish(
    service,
    connection,
    stream,
    { dataType: 'text', text: '' },
    error ? { ...position, error } : position,
  )
}

function publish(
  service: Service,
  connection: Connection,
  { group, noEcho }: Stream,
  payload: Payload,
  position: StreamPosition,
): void {
  // The protobuf subprotocols have no field for a stream, so their clients cannot take part.
  const receivers = [...connectionsOfGroup(connection.hub, group)].filter(
    (member) => !member.codec?.binary && !(noEcho && member === connection),
  )
  const message = { from: 'group', group, fromUserId: connection.userId, payload, stream: position } as const
  service.delivery.deliver(message, receivers)
}

function find(service: Service, connection: Connection, streamId: string): Stream | undefined {
  const stream = connection.streams.get(streamId)
  if (!stream) {
    const message = `There is no open stream ${streamId}.`
    closed(service, connection, streamId, { name: 'StreamNotFound', message })
  }
  return stream
}

function stayAwake(service: Service, connection: Connection, stream: Stream): void {
  stream.idle.cancel()
  stream.idle = service.clock.after(stream.idleTimeoutMs, () => {
    const error = {
      name: 'IdleTimeout',
      message: `Nothing came for ${stream.idleTimeoutMs} milliseconds.`,
    } as const
    finish(service, connection, stream, error)
    closed(service, connection, stream.streamId, error)
  })
}

const acknowledge = (service: Service, connection: Connection, { streamId, expected }: Stream): void =>
  service.delivery.control(connection, { type: 'streamAck', streamId, expectedSequenceId: expected })

function closed(
  service: Service,
  connection: Connection,
  streamId: string,
  error?: Problem<StreamError>,
): void {
  service.delivery.control(connection, { type: 'streamClosed', streamId, ...(error && { error }) })
}
