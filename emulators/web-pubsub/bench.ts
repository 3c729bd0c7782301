// Latency of fan-out: from one REST send, and from a client's event whose handler does that send, until the last of
// the group's reliable subscribers has the frame.
// `node emulators/web-pubsub/bench.ts [subscribers] [messages]`; emulator here and in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { WebSocket } from 'ws'
import { rate } from '../kit/bench.ts'
import { systemClock } from '../kit/clock.ts'
import { createFaults } from '../kit/faults.ts'
import { createConnection } from './connection.ts'
import { createDelivery } from './delivery.ts'
import { createHub } from './hub.ts'
import { startWebPubSub } from './server.ts'

const subscribers = Number(process.argv[2] ?? 50)
const messages = Number(process.argv[3] ?? 400)
const EVERY_MS = 50

const handler = createServer((request, response) => {
  request.resume().on('end', async () => {
    response.setHeader('webhook-allowed-origin', '*')
    if (request.url === '/say') await publish()
    response.writeHead(204).end()
  })
})
handler.listen(0, '127.0.0.1')
await once(handler, 'listening')
const urlTemplate = `http://127.0.0.1:${(handler.address() as AddressInfo).port}/{event}`
let publish = async (): Promise<void> => {}

const hubs = { bench: { eventHandlers: [{ urlTemplate, userEventPattern: '*' }] } }
const emulator = await startWebPubSub({ port: 0, hubs })
await measure('same process', emulator.connectionString)
await emulator.close()

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const args = ['web-pubsub', '--port', '0', '--hub', 'bench', '--upstream', urlTemplate]
const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
await measure('own process', (JSON.parse(line) as { connectionString: string }).connectionString)
child.kill('SIGTERM')
handler.close()
handler.closeAllConnections()
await throughput()

/** Publications per second: to one subscriber by the SDK, and to one and to all in the core, without sockets. */
async function throughput(): Promise<void> {
  await using emulator = await startWebPubSub({ port: 0 })
  const group = new WebPubSubServiceClient(emulator.connectionString, 'bench', {
    allowInsecureConnection: true,
  }).group('room')
  await rate('Web PubSub, SDK: REST send to a group of none', 16, () => group.sendToAll({ text: 'hello' }))
  for (const count of [1, subscribers]) {
    const hub = createHub('bench')
    const delivery = createDelivery({
      clock: systemClock,
      faults: createFaults(),
      overflow: () => {},
      onDelivered: () => {},
    })
    const receivers = Array.from({ length: count }, (_, i) =>
      createConnection({
        id: `c${i}`,
        hub,
        userId: undefined,
        subprotocol: 'json.reliable.webpubsub.azure.v1',
        origin: 'localhost',
        roles: [],
        publishTo: undefined,
        upstream: { lastEventId: 0, state: undefined, cookies: new Map() },
      }),
    )
    await rate(`Web PubSub, core: a message for ${count} reliable connections`, 1, () => {
      delivery.deliver(
        { from: 'group', group: 'room', payload: { dataType: 'json', text: '{"text":"hello"}' } },
        receivers,
      )
      for (const receiver of receivers) delivery.acknowledge(receiver, receiver.unacked.lastSequenceId)
    })
  }
}

async function measure(name: string, connectionString: string): Promise<void> {
  const service = new WebPubSubServiceClient(connectionString, 'bench', { allowInsecureConnection: true })
  let left = 0
  let allReceived: (() => void) | undefined
  const sockets = await Promise.all(
    Array.from({ length: subscribers }, async () => {
      const { url } = await service.getClientAccessToken({ groups: ['room'] })
      const socket = new WebSocket(url, 'json.reliable.webpubsub.azure.v1')
      await once(socket, 'message') // connected
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data)) as { sequenceId?: number }
        if (frame.sequenceId === undefined) return
        if (frame.sequenceId % 200 === 0) {
          socket.send(JSON.stringify({ type: 'sequenceAck', sequenceId: frame.sequenceId }))
        }
        if (--left === 0) allReceived?.()
      })
      return socket
    }),
  )
  const room = service.group('room')
  const text = 'x'.repeat(200)
  publish = () => room.sendToAll({ text })
  const untilAll = async (start: () => unknown): Promise<number> => {
    left = subscribers
    const received = new Promise<void>((resolve) => {
      allReceived = resolve
    })
    const started = performance.now()
    const answer = start()
    await received
    const time = performance.now() - started
    await answer
    return time
  }
  const byRest = (): Promise<number> => untilAll(publish)
  const frame = JSON.stringify({ type: 'event', event: 'say', dataType: 'json', data: { text } })
  const byEvent = (): Promise<number> => untilAll(() => sockets[0]!.send(frame))

  console.log(`${name}, ${subscribers} subscribers, ${1000 / EVERY_MS} msg/s`)
  for (const [label, measureOnce] of [
    ['REST send', byRest] as const,
    ['event → handler → REST send', byEvent] as const,
  ]) {
    for (let n = 0; n < 200; n++) await measureOnce() // warm up
    const times: number[] = []
    for (let n = 0; n < messages; n++) {
      const pause = delay(EVERY_MS)
      times.push(await measureOnce())
      await pause
    }
    console.log(`  ${label} → last subscriber: ${describe(times)}`)
  }
  const started = performance.now()
  for (let n = 0; n < messages; n++) await byRest()
  const rate = Math.round((messages / (performance.now() - started)) * 1000)
  console.log(`  REST sends one after the other: ${rate} sends/s, ${rate * subscribers} deliveries/s`)
  for (const socket of sockets) socket.terminate()
}

function describe(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(2)} ms`
  return `p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}`
}
