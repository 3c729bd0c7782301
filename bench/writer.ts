// One of several processes that write to one chat: 25 sends a second, open loop. Prints its latencies as JSON.
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from '../shared/app.ts'
import { readConfig } from '../shared/config.ts'
import { messageKey } from '../shared/domain/entry.ts'

const [chatId, senderId, name, perSecond, seconds] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const app = createApp(readConfig(), () => undefined)
const latencies: number[] = []
const sends: Promise<void>[] = []
const start = performance.now() + 1_000
for (let i = 0; i < Number(perSecond) * Number(seconds); i++) {
  const due = start + ((i + Math.random()) * 1_000) / Number(perSecond)
  await sleep(Math.max(0, due - performance.now()))
  const clientMessageId = `${name}-${i}`
  const content = { type: 'text' as const, text: `message ${i}` }
  const dedupeKey = messageKey(senderId, clientMessageId)
  const sent = app.appender.append(chatId, { type: 'message', senderId, clientMessageId, content, dedupeKey })
  sends.push(sent.then(() => void latencies.push(performance.now() - due)))
}
await Promise.all(sends)
await app.deliverer.idle()
console.log(JSON.stringify(latencies))
process.exit(0)
