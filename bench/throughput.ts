// How many messages a second one chat takes, closed loop: through the log of one process, and through the whole API.
import { createApp } from '../shared/app.ts'
import type { Config } from '../shared/config.ts'
import { messageKey } from '../shared/domain/entry.ts'
import { report } from './numbers.ts'
import { createGroup, registerMany, text } from './people.ts'
import type { Stack } from './stack.ts'

const LOG_SENDS = 30_000
const LOG_IN_FLIGHT = 400
const API_SENDS = 5_000
const API_IN_FLIGHT = 64

export async function benchThroughput(stack: Stack, config: Config): Promise<void> {
  const people = await registerMany(stack.api, 20)
  const chatId = await createGroup(people)
  const app = createApp(config, () => undefined)
  const viaLog = await closedLoop(LOG_SENDS, LOG_IN_FLIGHT, async (i) => {
    const senderId = people[i % people.length]!.userId
    const clientMessageId = `log-${i}`
    const content = { type: 'text' as const, text: `message ${i}` }
    const dedupeKey = messageKey(senderId, clientMessageId)
    await app.appender.append(chatId, { type: 'message', senderId, clientMessageId, content, dedupeKey })
  })
  await app.deliverer.idle()
  report('persisted sends/s into one chat, one process', `${Math.round(viaLog)}/s`, '≥ 3,000/s')
  const viaApi = await closedLoop(API_SENDS, API_IN_FLIGHT, async (i) => {
    const body = { clientMessageId: `api-${i}`, content: text(`message ${i}`) }
    const { status } = await people[i % people.length]!.call('POST', `chats/${chatId}/messages`, body)
    if (status !== 201) throw new Error(`A send answered ${status}.`)
  })
  report('persisted sends/s into one chat, over REST, one host', `${Math.round(viaApi)}/s`, '')
}

/** Keeps `inFlight` calls under way until `total` are done; calls per second, the first tenth not counted. */
async function closedLoop(
  total: number,
  inFlight: number,
  call: (i: number) => Promise<void>,
): Promise<number> {
  let next = 0
  let done = 0
  let started = 0
  const warm = Math.floor(total / 10)
  const worker = async () => {
    for (let i = next++; i < total; i = next++) {
      await call(i)
      if (++done === warm) started = performance.now()
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return ((total - warm) * 1_000) / (performance.now() - started)
}
