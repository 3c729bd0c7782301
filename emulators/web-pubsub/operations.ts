// What a client's operations do, once it is their turn: groups, publications, events, invocations. Whatever carries an
// ackId is answered with an ack, and run once however often it is sent.
import type { Operation, PublishOperation } from './client-frames.ts'
import type { Connection } from './connection.ts'
import { connectionsOfGroup, joinGroup, leaveGroup } from './hub.ts'
import { closeConnection } from './lifecycle.ts'
import { isAllowed, type Permission } from './permissions.ts'
import type { Service } from './service.ts'
import type { AckError } from './service-frames.ts'
import { endStream, startStream, takeStreamData } from './streams.ts'

type Of<Type extends Operation['type']> = Extract<Operation, { type: Type }>

/** Runs one operation; a promise only where an event handler has to be waited for. */
export function perform(
  service: Service,
  connection: Connection,
  operation: Operation,
): Promise<void> | undefined {
  const ackId = ackIdOf(operation)
  if (ackId !== undefined && connection.acks.has(ackId)) {
    fail(service, connection, ackId, 'Duplicate', `Message with ack-id: ${ackId} has been processed`)
    return undefined
  }
  switch (operation.type) {
    case 'event':
      return performEvent(service, connection, operation)
    case 'invoke':
      return performInvocation(service, connection, operation)
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
      break
    case 'streamStart':
      if (startStream(service, connection, operation)) break
      fail(service, connection, ackId, 'Forbidden', 'The client may not send to this group.')
      return undefined
    case 'streamData':
      takeStreamData(service, connection, operation)
      break
    case 'streamEnd':
      endStream(service, connection, operation)
  }
  succeed(service, connection, ackId)
  return undefined
}

/** Answers an operation that could not be carried out for a reason of ours. */
export function failOperation(service: Service, connection: Connection, operation: Operation): void {
  if (operation.type === 'invoke') return void failInvocation(service, connection, operation.invocationId)
  fail(service, connection, ackIdOf(operation), 'InternalServerError', 'Internal server error')
}

/** Answers with an ack that says no; nothing when no ack was asked for. */
export function fail(
  service: Service,
  connection: Connection,
  ackId: string | undefined,
  name: AckError,
  message: string,
): void {
  if (ackId !== undefined) {
    service.delivery.control(connection, { type: 'ack', ackId, error: { name, message } })
  }
}

const ackIdOf = (operation: Operation): string | undefined =>
  'ackId' in operation ? operation.ackId : undefined

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

async function performEvent(service: Service, connection: Connection, operation: Of<'event'>): Promise<void> {
  const answer = await service.upstream.userEvent(connection, operation.event, operation.payload)
  if (connection.closed) return
  if (!answer.ok) {
    if (!connection.codec) {
      return void closeConnection(service, connection, 'The event could not be handled.', 1011)
    }
    return void failOperation(service, connection, operation)
  }
  // The reply goes first: when the ack arrives the client already has it.
  if (answer.payload) service.delivery.deliver({ from: 'server', payload: answer.payload }, [connection])
  succeed(service, connection, operation.ackId)
}

/** An event whose answer comes back under the invocation's id. A cancelled one is not answered. */
async function performInvocation(
  service: Service,
  connection: Connection,
  { invocationId, event, payload }: Of<'invoke'>,
): Promise<void> {
  const cancelled = connection.invocations.get(invocationId)?.signal
  if (!cancelled || cancelled.aborted) return
  const answer = await service.upstream.userEvent(connection, event, payload, cancelled)
  if (cancelled.aborted || connection.closed) return
  if (!answer.ok) {
    const isChat = answer.unhandled && event.startsWith('chat.')
    const why = isChat ? 'The chat of the service (preview) is not implemented by this emulator.' : undefined
    return void failInvocation(service, connection, invocationId, why)
  }
  connection.invocations.delete(invocationId)
  const result = answer.payload ? { payload: answer.payload } : {}
  service.delivery.control(connection, { type: 'invokeResponse', invocationId, ...result })
}

function failInvocation(
  service: Service,
  connection: Connection,
  invocationId: string,
  message = 'Internal server error',
): void {
  connection.invocations.delete(invocationId)
  const error = { name: 'InternalServerError', message }
  service.delivery.control(connection, { type: 'invokeResponse', invocationId, error })
}

const DEEDS = { joinGroup: 'join', leaveGroup: 'leave', sendToGroup: 'send to' }

function permitted(
  service: Service,
  connection: Connection,
  operation: Of<'joinGroup' | 'leaveGroup'> | PublishOperation,
  permission: Permission,
): boolean {
  if (isAllowed(connection.permissions, permission, operation.group)) return true
  // A simple client has no acks: being closed is how it learns of it.
  if (!connection.codec) closeConnection(service, connection, 'The client may not send to this group.', 1008)
  const message = `The client does not have permission to ${DEEDS[operation.type]} group '${operation.group}'.`
  fail(service, connection, operation.ackId, 'Forbidden', message)
  return false
}

function succeed(service: Service, connection: Connection, ackId: string | undefined): void {
  if (ackId === undefined) return
  connection.acks.add(ackId)
  service.delivery.control(connection, { type: 'ack', ackId })
}
