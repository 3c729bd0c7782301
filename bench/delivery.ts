// From the moment a message was due to be sent (open loop: a slow answer delays nothing) to its arrival at each of 50
// subscribers. Sender and subscribers share this process, and its processor with the stack.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { spawnFunctionsHost } from '../emulators/functions-host/spawn.ts'
import type { Person } from '../tests/support/person.ts'
import type { Frame, Socket } from '../tests/support/socket.ts'
import { report, spread } from './numbers.ts'
import { createGroup, registerMany, text } from './people.ts'
import type { Stack } from './stack.ts'

const SUBSCRIBERS = 50
const PER_SECOND = 20
const SECONDS = 20
/** A service that has been up for a while, not one in its first seconds: its code is compiled by then. */
const WARM_UP_SENDS = 3_000
const WARM_UP_PER_SECOND = 150

/** One host; the sender has a socket too. */
export async function benchDelivery(stack: Stack): Promise<void> {
  const people = await registerMany(stack.api, SUBSCRIBERS + 1)
  const chatId = await createGroup(people)
  await using sender = await people[0]!.socket()
  const latencies = await measure(people.slice(1), (clientMessageId) =>
    sender.command('messages.send', { chatId, clientMessageId, content: text(clientMessageId) }),
  )
  report('send → delivered, 50 subscribers, 20 messages/s', spread(latencies), 'p50 ≤ 4 ms, p99 ≤ 10 ms')
}

/** The same sent over REST through three hosts in turn: each publishes only after what the others committed before it. */
export async function benchSeveralHosts(stack: Stack): Promise<void> {
  const host = { app: 'dist', port: 0, settings: stack.settings }
  await using second = await spawnFunctionsHost(host)
  await using third = await spawnFunctionsHost(host)
  const apis = [stack.api, `${second.url}/api`, `${third.url}/api`]
  const people = await registerMany(stack.api, SUBSCRIBERS + 1)
  const chatId = await createGroup(people)
  let next = 0
  const latencies = await measure(people.slice(1), async (clientMessageId) => {
    const body = { clientMessageId, content: text(clientMessageId) }
    const headers = { authorization: `Bearer ${people[0]!.accessToken}`, 'content-type': 'application/json' }
    const url = `${apis[next++ % apis.length]}/chats/${chatId}/messages`
    await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).text()
  })
  report('the same, over REST through three hosts in turn', spread(latencies), '')
}

/** Latency of every message at every subscriber, milliseconds. */
async function measure(subscribers: Person[], send: (id: string) => Promise<unknown>): Promise<number[]> {
  const sockets = await Promise.all(subscribers.map((person) => person.socket()))
  const due = new Map<string, number>()
  const latencies: number[] = []
  let arrived = 0
  let sent = 0
  const onEntries = (frame: Frame, now: number) => {
    for (const { clientMessageId } of frame.entries as { clientMessageId: string }[]) {
      arrived++
      const at = due.get(clientMessageId)
      if (at !== undefined) latencies.push(now - at)
    }
  }
  for (const socket of sockets) listen(socket, onEntries)
  async function offer(count: number, perSecond: number, measured: boolean): Promise<void> {
    const answers: Promise<unknown>[] = []
    const start = performance.now()
    for (let i = 0; i < count; i++) {
      const at = start + (i * 1_000) / perSecond
      await until(at)
      const id = `m${sent++}`
      if (measured) due.set(id, at)
      answers.push(send(id))
    }
    await Promise.all(answers)
    while (arrived < sent * sockets.length) await sleep(10)
  }
  await offer(WARM_UP_SENDS, WARM_UP_PER_SECOND, false)
  await offer(PER_SECOND * SECONDS, PER_SECOND, true)
  await Promise.all(sockets.map((socket) => socket.close()))
  return latencies
}

/** Takes entries as they arrive instead of keeping them. */
function listen(socket: Socket, onEntries: (frame: Frame, now: number) => void): void {
  socket.received.push = (...frames) => {
    const now = performance.now()
    for (const frame of frames) if (frame.type === 'entries') onEntries(frame, now)
    return 0
  }
}

/** A timer is late by up to a millisecond or two: the last stretch is walked in small steps. */
async function until(at: number): Promise<void> {
  await sleep(Math.max(0, at - performance.now() - 2))
  while (performance.now() < at) await nextTurn()
}
