// Binds the handshake to an HTTP server: runs the fault rules, refuses in HTTP, and lets the ws library do the framing.
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { ConnectRefused, shakeHands } from './handshake.ts'
import type { Service } from './service.ts'
import { ServiceError } from './service-error.ts'

/** The largest message of the service: https://learn.microsoft.com/azure/azure-web-pubsub/key-concepts */
const MAX_MESSAGE_BYTES = 1024 * 1024

/** Serves WebSocket requests of the server; the returned function cuts every socket, half-open ones included. */
export function serveClients(server: Server, service: Service): () => void {
  const chosen = new WeakMap<IncomingMessage, string | undefined>()
  const sockets = new Set<Duplex>()
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (_offered, request) => chosen.get(request) ?? false,
  })

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const upgrade = (subprotocol: string | undefined): Promise<WebSocket> =>
      new Promise((resolve, reject) => {
        chosen.set(request, subprotocol)
        socket.once('close', () => reject(new Error('The client left before the upgrade.')))
        webSockets.handleUpgrade(request, socket, head, resolve)
      })
    answer(service, request, socket, upgrade).catch((error: unknown) => {
      const { status, message } = describe(error)
      service.log(status === 500 ? 'error' : 'info', 'client refused', { status, message })
      if (!socket.destroyed) refuse(socket, status, message)
    })
  })

  return () => {
    for (const socket of sockets) socket.destroy()
  }
}

async function answer(
  service: Service,
  request: IncomingMessage,
  socket: Duplex,
  upgrade: (subprotocol: string | undefined) => Promise<WebSocket>,
): Promise<void> {
  const fault = service.faults.take('client.connect')
  if (fault?.kind === 'delay') await delay(fault.ms)
  if (fault?.kind === 'drop') return void socket.destroy()
  if (fault?.kind === 'status') return refuse(socket, fault.status, 'Injected by a fault rule.')
  await shakeHands(service, { request, upgrade })
  if (fault?.kind === 'lose-answer') socket.destroy()
}

function describe(error: unknown): { status: number; message: string } {
  if (error instanceof ServiceError || error instanceof ConnectRefused) return error
  return { status: 500, message: error instanceof Error ? error.message : String(error) }
}

function refuse(socket: Duplex, status: number, message: string): void {
  const body = Buffer.from(message)
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${body.length}\r\n\r\n${message}`,
  )
}
