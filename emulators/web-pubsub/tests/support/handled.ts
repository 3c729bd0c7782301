// An emulator whose hub `chat` hands every event to one handler.
import { WebSocket } from 'ws'
import { startWebPubSub, type WebPubSub, type WebPubSubOptions } from '../../server.ts'
import type { EventHandler } from './event-handler.ts'
import { connectRaw, type RawClient } from './raw-client.ts'
import { clientUrl } from './sdk.ts'

export const JSON_V1 = 'json.webpubsub.azure.v1'
export const JSON_TYPE = { 'content-type': 'application/json' }

export function start(handler: EventHandler, options: WebPubSubOptions = {}): Promise<WebPubSub> {
  const systemEvents: ('connect' | 'connected' | 'disconnected')[] = ['connect', 'connected', 'disconnected']
  const eventHandlers = [{ urlTemplate: handler.url, userEventPattern: '*', systemEvents }]
  return startWebPubSub({ port: 0, log: () => {}, hubs: { chat: { eventHandlers } }, ...options })
}

/** A JSON client that has seen its `connected` message. */
export async function connect(emulator: WebPubSub): Promise<RawClient> {
  const client = await connectRaw(await clientUrl(emulator, { userId: 'ann' }), JSON_V1)
  await client.next()
  return client
}

/** The HTTP status with which a client is refused. */
export function statusOf(url: string): Promise<number | undefined> {
  const socket = new WebSocket(url, JSON_V1)
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode)
      socket.terminate()
    })
    socket.on('open', () => reject(new Error('It was let in.')))
    socket.on('error', () => {})
  })
}
