// From the moment a message was due to be sent (open loop: a slow answer delays nothing) to its arrival at each of 50
// subscribers. Sender and subscribers share this process, and its processor with the stack.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Frame } from '../tests/support/socket.ts'
import { report, spread } from './numbers.ts'
import { createGroup, registerMany, text } from './people.ts'
import type { Stack } from './stack.ts'

/** A timer is late by up to a millisecond or two: the last stretch is walked in small steps. */
async function until(at: number): Promise<void> {
  await sleep(Math.max(0, at - performance.now() - 2))
  while (performance.now() < at) await nextTurn()
}

const SUBSCRIBERS = 50
const PER_SECOND = 20
const SECONDS = 20
/** A service that has been up for a while, not one in its first seconds: its code is compiled by then. */
const WARM_UP_SENDS = 3_000
const WARM_UP_PER_SECOND = 150

export async function benchDelivery(stack: Stack): Promise<void> {
  const people = await registerMany(stack.api, SUBSCRIBERS + 1)
  const chatId = await createGroup(people)
  const [sender, ...subscribers] = await Promise.all(people.map((person) => person.socket()))
  const due = new Map<string, number>()
  const latencies: number[] = []
  let arrived = 0
  for (const socket of subscribers) {
    const push = socket.received.push.bind(socket.received)
    socket.received.push = (...frames: Frame[]) => {
      const now = performance.now()
      for (const frame of frames) if (frame.type === 'entries') note(frame, now)
      return push(...frames.filter(({ type }) => type === 'reply'))
    }
  }
  function note(frame: Frame, now: number): void {
    for (const { clientMessageId } of frame.entries as { clientMessageId: string }[]) {
      arrived++
      const at = due.get(clientMessageId)
      if (at !== undefined) latencies.push(now - at)
    }
  }
  let sent = 0
  async function offer(count: number, perSecond: number, measured: boolean): Promise<void> {
    const answers: Promise<unknown>[] = []
    const start = performance.now()
    for (let i = 0; i < count; i++) {
      const at = start + (i * 1_000) / perSecond
      await until(at)
      const clientMessageId = `m${sent++}`
      if (measured) due.set(clientMessageId, at)
      answers.push(
        sender!.command('messages.send', { chatId, clientMessageId, content: text(`message ${i}`) }),
      )
    }
    await Promise.all(answers)
    while (arrived < sent * SUBSCRIBERS) await sleep(10)
  }
  await offer(WARM_UP_SENDS, WARM_UP_PER_SECOND, false)
  await offer(PER_SECOND * SECONDS, PER_SECOND, true)
  report('send → delivered, 50 subscribers, 20 messages/s', spread(latencies), 'p50 ≤ 4 ms, p99 ≤ 10 ms')
  await Promise.all([sender, ...subscribers].map((socket) => socket?.close()))
}
