// `node emulators/ai/bench.ts`: answers per second, streamed through the SDK and in the core alone.
import { GoogleGenerativeAI } from '@google/generative-ai'
import { rate, spawnEmulator } from '../kit/bench.ts'
import { systemClock } from '../kit/clock.ts'
import { generate } from './generate.ts'

const PROMPT = 'Tell me a long story about lighthouses, harbours and fog'
{
  await using emulator = await spawnEmulator('ai', '--port', '0')
  const model = new GoogleGenerativeAI('any').getGenerativeModel(
    { model: 'gemini-2.0-flash' },
    { baseUrl: emulator.ready.url },
  )
  await rate('AI, SDK: an answer at once', 8, () => model.generateContent(PROMPT))
  await rate('AI, SDK: an answer streamed', 8, async () => {
    const { stream } = await model.generateContentStream(PROMPT)
    for await (const chunk of stream) chunk.text()
  })
}
const turns = [{ role: 'user' as const, text: PROMPT, attachments: 0 }]
const pace = { firstTokenMs: 0, chunkDelayMs: 0, chunkSize: 24 }
const { signal } = new AbortController()
await rate('AI, core: an answer in chunks', 1, () =>
  Array.fromAsync(
    generate({ model: 'm', turns, stopSequences: [] }, undefined, pace, { clock: systemClock, signal }),
  ),
)
