// What a client's frames do. Operations run one at a time per connection and in the order they came, so an event that
// waits for its handler holds back what follows; pings and sequence acks pass by.
import {
  type ClientFrame,
  FrameError,
  type Operation,
  type PublishOperation,
  parseFrame,
  type UnsupportedFrame,
} from './client-frames.ts'
import type { Connection } from './connection.ts'
import { connectionsOfGroup, joinGroup, leaveGroup } from './hub.ts'
import { closeConnection } from './lifecycle.ts'
import type { Payload } from './message.ts'
import { isAllowed, type Permission } from './permissions.ts'
import type { Service } from './service.ts'
import { type AckError, ackFrame, invokeErrorFrame, pongFrame, streamClosedFrame } from './service-frames.ts'

/** More waiting frames than this and we stop reading the socket until they are done. */
const MAX_WAITING = 100

/** Takes in one frame from the connection's socket. */
export function receive(service: Service, connection: Connection, data: Buffer, isBinary: boolean): void {
  if (connection.closed) return
  service.stats.received++
  const fault = service.faults.take('client.frame')
  if (fault?.kind === 'drop') return void connection.socket?.terminate()
  if (connection.protocol === 'raw')
    return void enqueue(service, connection, rawOperation(connection, data, isBinary))
  if (isBinary)
    return void closeConnection(service, connection, 'The JSON subprotocols take text frames only.', 1003)
  try {
    dispatch(service, connection, parseFrame(data.toString('utf8')))
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    service.log('info', 'bad frame', { connectionId: connection.id, message: error.message })
    closeConnection(service, connection, 'The frame is not one of the JSON subprotocol.', 1007)
  }
}

function dispatch(service: Service, connection: Connection, frame: ClientFrame): void {
  if (frame.type === 'ping') return void service.delivery.control(connection, pongFrame())
  if (frame.type === 'sequenceAck') {
    service.delivery.acknowledge(connection, frame.sequenceId)
    return void service.log('debug', 'acknowledged', { connectionId: connection.id, upTo: frame.sequenceId })
  }
  if (frame.type === 'unsupported') return void refuse(service, connection, frame)
  enqueue(service, connection, frame)
}

function enqueue(service: Service, connection: Connection, operation: Operation): void {
  connection.inbox.push(operation)
  if (connection.inbox.length > MAX_WAITING) connection.socket?.pause()
  if (connection.working) return
  connection.working = true
  void work(service, connection)
}

async function work(service: Service, connection: Connection): Promise<void> {
  for (let next = connection.inbox.shift(); next !== undefined; next = connection.inbox.shift()) {
    const { socket } = connection
    if (socket?.isPaused && connection.inbox.length < MAX_WAITING / 2) socket.resume()
    try {
      const done = perform(service, connection, next)
      if (done) await done
    } catch (error) {
      service.log('error', 'a client frame failed', { connectionId: connection.id, error: String(error) })
      fail(service, connection, next.ackId, 'InternalServerError', 'Internal server error')
    }
  }
  connection.working = false
}

function perform(service: Service, connection: Connection, operation: Operation): Promise<void> | undefined {
  const { ackId } = operation
  if (ackId !== undefined && connection.acks.has(ackId)) {
    fail(service, connection, ackId, 'Duplicate', `Message with ack-id: ${ackId} has been processed`)
    return undefined
  }
  switch (operation.type) {
    case 'event':
      return performEvent(service, connection, operation)
    case 'joinGroup':
    case 'leaveGroup': {
      if (!permitted(service, connection, operation, 'joinLeaveGroup')) return undefined
      const change = operation.type === 'joinGroup' ? joinGroup : leaveGroup
      change(connection, operation.group)
      break
    }
    case 'sendToGroup':
      if (!permitted(service, connection, operation, 'sendToGroup')) return undefined
      publish(service, connection, operation)
  }
  succeed(service, connection, ackId)
  return undefined
}

function publish(service: Service, connection: Connection, operation: PublishOperation): void {
  const { group, payload, noEcho, ttlSeconds } = operation
  const members = connectionsOfGroup(connection.hub, group)
  const receivers = noEcho ? [...members].filter((member) => member !== connection) : members
  const expiresAt = ttlSeconds > 0 ? service.clock.now() + ttlSeconds * 1000 : undefined
  service.delivery.deliver(
    { from: 'group', group, fromUserId: connection.userId, payload, expiresAt },
    receivers,
  )
}

async function performEvent(
  service: Service,
  connection: Connection,
  operation: Extract<Operation, { type: 'event' }>,
): Promise<void> {
  const answer = await service.upstream.userEvent(connection, operation.event, operation.payload)
  if (connection.closed) return
  if (!answer.ok) {
    if (connection.protocol === 'raw') {
      return void closeConnection(service, connection, 'The event could not be handled.', 1011)
    }
    return fail(service, connection, operation.ackId, 'InternalServerError', 'Internal server error')
  }
  // The reply goes first: when the ack arrives the client already has it.
  if (answer.payload) service.delivery.deliver({ from: 'server', payload: answer.payload }, [connection])
  succeed(service, connection, operation.ackId)
}

function permitted(
  service: Service,
  connection: Connection,
  operation: Exclude<Operation, { type: 'event' }>,
  permission: Permission,
): boolean {
  if (isAllowed(connection.permissions, permission, operation.group)) return true
  const message = `The client does not have permission to ${operation.type} group '${operation.group}'.`
  fail(service, connection, operation.ackId, 'Forbidden', message)
  return false
}

function succeed(service: Service, connection: Connection, ackId: string | undefined): void {
  if (ackId === undefined) return
  connection.acks.add(ackId)
  service.delivery.control(connection, ackFrame(ackId))
}

function fail(
  service: Service,
  connection: Connection,
  ackId: string | undefined,
  name: AckError,
  message: string,
): void {
  if (ackId !== undefined) service.delivery.control(connection, ackFrame(ackId, { name, message }))
}

function refuse(service: Service, connection: Connection, frame: UnsupportedFrame): void {
  const message = `${frame.feature} is not implemented by this emulator.`
  service.log('info', 'refused', { connectionId: connection.id, feature: frame.feature })
  if (frame.ackId !== undefined) fail(service, connection, frame.ackId, 'BadRequest', message)
  if (frame.invocationId !== undefined) {
    service.delivery.control(connection, invokeErrorFrame(frame.invocationId, message))
  }
  if (frame.streamId !== undefined)
    service.delivery.control(connection, streamClosedFrame(frame.streamId, message))
}

function rawOperation(connection: Connection, data: Buffer, isBinary: boolean): Operation {
  const payload: Payload = isBinary
    ? { dataType: 'binary', bytes: data }
    : { dataType: 'text', text: data.toString('utf8') }
  if (!connection.publishTo) return { type: 'event', event: 'message', payload }
  return { type: 'sendToGroup', ...connection.publishTo, payload, ttlSeconds: 0 }
}
