// Fan-out latency: one REST send to a group until the last of its reliable subscribers has the frame.
// `node emulators/web-pubsub/bench.ts [subscribers] [messages]`; emulator here and in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { WebSocket } from 'ws'
import { startWebPubSub } from './server.ts'

const subscribers = Number(process.argv[2] ?? 50)
const messages = Number(process.argv[3] ?? 400)
const EVERY_MS = 50

const emulator = await startWebPubSub({ port: 0 })
await measure('same process', emulator.connectionString)
await emulator.close()

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const child = spawn(process.execPath, [main, 'web-pubsub', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
await measure('own process', (JSON.parse(line) as { connectionString: string }).connectionString)
child.kill('SIGTERM')

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
  const send = async (n: number): Promise<{ last: number; answered: number }> => {
    left = subscribers
    const received = new Promise<void>((resolve) => {
      allReceived = resolve
    })
    const start = performance.now()
    const answer = room.sendToAll({ n, text: 'x'.repeat(200) }).then(() => performance.now() - start)
    await received
    const last = performance.now() - start
    return { last, answered: await answer }
  }
  for (let n = 0; n < 200; n++) await send(n) // warm up
  const last: number[] = []
  const answered: number[] = []
  for (let n = 0; n < messages; n++) {
    const pause = delay(EVERY_MS)
    const times = await send(n)
    last.push(times.last)
    answered.push(times.answered)
    await pause
  }
  const started = performance.now()
  for (let n = 0; n < messages; n++) await send(n)
  const rate = Math.round((messages / (performance.now() - started)) * 1000)
  console.log(`${name}, ${subscribers} subscribers, ${1000 / EVERY_MS} msg/s`)
  console.log(`  send → last subscriber  ${describe(last)}`)
  console.log(`  send → 202              ${describe(answered)}`)
  console.log(`  one after the other     ${rate} sends/s, ${rate * subscribers} deliveries/s`)
  for (const socket of sockets) socket.terminate()
}

function describe(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(2)} ms`
  return `p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}`
}
