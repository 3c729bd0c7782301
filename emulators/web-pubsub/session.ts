// A client's frames from its socket to their operation. Operations run one at a time per connection and in the order
// they came, so an event that waits for its handler holds back what follows; pings, sequence acks and cancellations pass.
import { type ClientFrame, FrameError, type Operation, type UnsupportedFrame } from './client-frames.ts'
import type { Connection } from './connection.ts'
import { closeConnection } from './lifecycle.ts'
import type { Payload } from './message.ts'
import { fail, failOperation, perform } from './operations.ts'
import type { Service } from './service.ts'

/**
 * With more than this waiting we stop reading the socket until half of it is done. Bytes, not frames: acks of what the
 * client received come over the same socket, and one held up behind its own events would count as one that is slow.
 */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/** Takes in one frame from the connection's socket. */
export function receive(service: Service, connection: Connection, data: Buffer, isBinary: boolean): void {
  if (connection.closed) return
  service.stats.received++
  const fault = service.faults.take('client.frame')
  if (fault?.kind === 'drop') return void connection.socket?.terminate()
  const { codec } = connection
  if (!codec)
    return void enqueue(service, connection, simpleOperation(connection, data, isBinary), data.length)
  if (isBinary !== codec.binary) {
    const taken = codec.binary ? 'protobuf subprotocol requires binary' : 'JSON subprotocol requires text'
    return void closeConnection(service, connection, `The ${taken} messages.`, 1003)
  }
  try {
    dispatch(service, connection, codec.parse(data), data.length)
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    service.log('info', 'bad frame', { connectionId: connection.id, message: error.message })
    closeConnection(
      service,
      connection,
      `The client message is not a valid ${codec.binary ? 'protobuf' : 'JSON'} protocol message.`,
      1007,
    )
  }
}

function dispatch(service: Service, connection: Connection, frame: ClientFrame, bytes: number): void {
  switch (frame.type) {
    case 'ping':
      return void service.delivery.control(connection, { type: 'pong' })
    case 'sequenceAck':
      service.delivery.acknowledge(connection, frame.sequenceId)
      return void service.log('debug', 'acknowledged', {
        connectionId: connection.id,
        upTo: frame.sequenceId,
      })
    case 'unsupported':
      return void refuse(service, connection, frame)
    case 'cancelInvocation':
      return void cancel(connection, frame.invocationId)
    case 'invoke':
      if (connection.invocations.has(frame.invocationId)) {
        const error = { name: 'BadRequest', message: 'There is an invocation with this id already.' }
        const { invocationId } = frame
        return void service.delivery.control(connection, { type: 'invokeResponse', invocationId, error })
      }
      connection.invocations.set(frame.invocationId, new AbortController())
      return void enqueue(service, connection, frame, bytes)
    default:
      return void enqueue(service, connection, frame, bytes)
  }
}

function cancel(connection: Connection, invocationId: string): void {
  const { invocations, inbox } = connection
  invocations.get(invocationId)?.abort()
  invocations.delete(invocationId)
  // One that still waits must go: the id is free again, and the next of that name is not to be taken for it.
  const waiting = inbox.findIndex(
    ({ operation }) => operation.type === 'invoke' && operation.invocationId === invocationId,
  )
  if (waiting !== -1) connection.waitingBytes -= inbox.splice(waiting, 1)[0]!.bytes
}

function enqueue(service: Service, connection: Connection, operation: Operation, bytes: number): void {
  connection.inbox.push({ operation, bytes })
  connection.waitingBytes += bytes
  if (connection.waitingBytes > MAX_WAITING_BYTES) connection.socket?.pause()
  if (connection.working) return
  connection.working = true
  void work(service, connection)
}

async function work(service: Service, connection: Connection): Promise<void> {
  for (let next = connection.inbox.shift(); next !== undefined; next = connection.inbox.shift()) {
    connection.waitingBytes -= next.bytes
    const { socket } = connection
    if (socket?.isPaused && connection.waitingBytes < MAX_WAITING_BYTES / 2) socket.resume()
    try {
      const done = perform(service, connection, next.operation)
      if (done) await done
    } catch (error) {
      service.log('error', 'a client frame failed', { connectionId: connection.id, error: String(error) })
      failOperation(service, connection, next.operation)
    }
  }
  connection.working = false
}

function refuse(service: Service, connection: Connection, { feature, ackId }: UnsupportedFrame): void {
  const message = `${feature} is not implemented by this emulator.`
  service.log('info', 'refused', { connectionId: connection.id, feature })
  if (ackId === undefined) return void closeConnection(service, connection, message, 1007)
  fail(service, connection, ackId, 'BadRequest', message)
}

function simpleOperation(connection: Connection, data: Buffer, isBinary: boolean): Operation {
  const payload: Payload = isBinary
    ? { dataType: 'binary', bytes: data }
    : { dataType: 'text', text: data.toString('utf8') }
  if (!connection.publishTo) return { type: 'event', event: 'message', payload }
  return { type: 'sendToGroup', ...connection.publishTo, payload, ttlSeconds: 0 }
}
