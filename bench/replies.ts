// How soon a bot begins to speak: from the acknowledgement of a prompt to the first delta on the asker's socket, with a
// model that answers at once. One prompt at a time, each after a rest in which feed and queue have fallen asleep.
import { setTimeout as sleep } from 'node:timers/promises'
import { report, spread } from './numbers.ts'
import { registerMany, text } from './people.ts'
import type { Stack } from './stack.ts'

const PROMPTS = 40
const WARM_UP = 10
const REST_MS = 1_500

export async function benchReplies(stack: Stack): Promise<void> {
  // The stack's model thinks a little before it speaks; this one does not.
  const script = { method: 'POST', body: JSON.stringify({ firstTokenMs: 0 }) }
  await fetch(`${stack.settings.GEMINI_BASE_URL}/_emulator/script`, script)
  const [ada] = await registerMany(stack.api, 1)
  const { body: chat } = await ada!.call('POST', 'chats', { kind: 'bot' })
  const { chatId } = chat
  await using socket = await ada!.socket()
  const started: number[] = []
  const deltas: number[] = []
  for (let prompt = 0; prompt < WARM_UP + PROMPTS; prompt++) {
    const content = text(`Hello, for the ${prompt}th time`)
    const reply = await socket.command('messages.send', { chatId, clientMessageId: `p${prompt}`, content })
    const acknowledged = performance.now()
    const { seq } = reply.result as unknown as { seq: number }
    const { runId } = await socket.wait(({ type, promptSeq }) => type === 'run.started' && promptSeq === seq)
    const startedAt = performance.now()
    await socket.wait((frame) => frame.type === 'run.delta' && frame.runId === runId)
    const deltaAt = performance.now()
    await socket.wait((frame) => frame.type === 'run.ended' && frame.runId === runId)
    if (prompt >= WARM_UP) {
      started.push(startedAt - acknowledged)
      deltas.push(deltaAt - acknowledged)
    }
    await sleep(REST_MS)
  }
  report('prompt acknowledged → run.started', spread(started), '')
  report('prompt acknowledged → first delta', spread(deltas), 'p50 ≤ 300 ms')
}
