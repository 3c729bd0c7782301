// How connections begin, lose their socket, come back and end. `disconnected` is reported once, at the final end; a
// reliable connection that loses its socket is kept for the recovery window with its groups and unconfirmed messages.
import type { RawData, WebSocket } from 'ws'
import type { Connection } from './connection.ts'
import { removeConnection } from './hub.ts'
import { type Service, settingsOf } from './service.ts'
import { endStreamsOf } from './streams.ts'

export type OnFrame = (connection: Connection, data: Buffer, isBinary: boolean) => void

/** Gives the connection its socket, the first or, after recovery, the next; an older one is cut. */
export function attach(service: Service, connection: Connection, socket: WebSocket, onFrame: OnFrame): void {
  const previous = connection.socket
  connection.expiry?.cancel()
  connection.expiry = undefined
  connection.held = undefined
  connection.socket = socket
  previous?.terminate()
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (connection.socket === socket) onFrame(connection, data as Buffer, isBinary)
  })
  socket.on('error', (error: Error & { code?: string }) => {
    // The ws library has closed with the code that fits (1009 too big, 1007 bad UTF-8, 1002 bad framing).
    if (error.code?.startsWith('WS_ERR_'))
      end(service, connection, 'The client broke the WebSocket protocol.')
  })
  socket.on('close', (code: number, reason: Buffer) =>
    detach(service, connection, socket, code, String(reason)),
  )
  keepAlive(service, connection, socket)
}

/** Tells a client who it is; after a recovery too, with a fresh reconnection token. */
export function greet(service: Service, connection: Connection, reconnectionToken?: string): void {
  const { userId, id: connectionId } = connection
  const token = reconnectionToken === undefined ? {} : { reconnectionToken }
  service.delivery.control(connection, { type: 'connected', userId, connectionId, ...token })
}

/** Ends a connection on the service's own account: the client is told why and cannot recover. */
export function closeConnection(service: Service, connection: Connection, reason: string, code = 1000): void {
  const { socket } = connection
  if (code === 1000) service.delivery.control(connection, { type: 'disconnected', message: reason })
  end(service, connection, reason)
  socket?.close(code, code === 1000 ? '' : closeReason(reason))
}

function detach(
  service: Service,
  connection: Connection,
  socket: WebSocket,
  code: number,
  reason: string,
): void {
  if (connection.socket !== socket) return
  connection.socket = undefined
  connection.held = undefined
  // Only a normal closure is a farewell; anything else may be a network that comes back.
  if (!connection.reliable || code === 1000) return void end(service, connection, reason)
  service.log('debug', 'connection waits for recovery', { connectionId: connection.id, code })
  connection.expiry = service.clock.after(service.recoveryWindowMs, () =>
    end(service, connection, 'The connection recovery timeout expired.'),
  )
}

function end(service: Service, connection: Connection, reason: string): void {
  if (connection.closed) return
  connection.closed = true
  connection.socket = undefined
  connection.expiry?.cancel()
  connection.inbox.length = 0
  connection.waitingBytes = 0
  connection.unacked.messages.length = 0
  for (const invocation of connection.invocations.values()) invocation.abort()
  connection.invocations.clear()
  endStreamsOf(service, connection)
  removeConnection(connection)
  service.upstream.disconnected(connection, reason)
}

function keepAlive(service: Service, connection: Connection, socket: WebSocket): void {
  const seconds = settingsOf(service, connection.hub.name).webSocketKeepAliveIntervalInSeconds
  let alive = true
  socket.on('pong', () => {
    alive = true
  })
  const timer = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, seconds * 1000).unref()
  socket.once('close', () => clearInterval(timer))
}

/** A close frame holds 123 bytes of reason: https://www.rfc-editor.org/rfc/rfc6455#section-5.5 */
function closeReason(reason: string): string {
  let short = reason.slice(0, 123)
  while (Buffer.byteLength(short) > 123) short = short.slice(0, -1)
  return short
}
