// Through `@google/generative-ai`: replies, streams, history, limits, callers who leave.
import { GoogleGenerativeAI, type ModelParams } from '@google/generative-ai'
import { startAi } from '../server.ts'
import { until } from './wait.ts'

const FLASH = 'gemini-2.5-flash'
const modelAt = (url: string, params: Partial<ModelParams> = {}) =>
  new GoogleGenerativeAI('any-key').getGenerativeModel({ model: FLASH, ...params }, { baseUrl: url })

test('streams the reply in chunks; the last one says why it ends and what it cost', async () => {
  await using ai = await startAi()
  const { stream, response } = await modelAt(ai.url).generateContentStream('hello')
  const chunks: string[] = []
  for await (const chunk of stream) chunks.push(chunk.text())
  expect(chunks).toEqual(['Hello! It is good to hea', 'r from you. What would y', 'ou like to talk about?'])
  const whole = await response
  expect(whole.candidates?.[0]?.finishReason).toBe('STOP')
  expect(whole.usageMetadata).toMatchObject({
    promptTokenCount: 2,
    candidatesTokenCount: 21,
    totalTokenCount: 23,
  })
  expect(ai.stats()).toMatchObject({ started: 1, completed: 1, active: 0 })
})

test.each([
  ['What is 12 * 3?', '12 * 3 = 36'],
  ['thanks a lot', 'You are very welcome. If anything else comes up, just ask.'],
  [
    'I bought a boat',
    'Thank you for telling me: “I bought a boat” I would start with what matters most to you about it, and take one small step from there.',
  ],
  [
    'a list of cats and fishes',
    'Here is a short list:\n\n1. **cats**: worth a thought of its own.\n2. **fishes**: worth a thought of its own.',
  ],
  [
    'a table of cats and fishes',
    'Here it is as a table:\n\n| word | letters |\n| --- | ---: |\n| cats | 4 |\n| fishes | 6 |',
  ],
])('answers %j by rule, the same each time', async (prompt, reply) => {
  await using ai = await startAi()
  const first = await modelAt(ai.url).generateContent(prompt)
  const second = await modelAt(ai.url).generateContent(prompt)
  expect([first.response.text(), second.response.text()]).toEqual([reply, reply])
})

test('the model sees the history, the system instruction and the files', async () => {
  await using ai = await startAi()
  const chat = modelAt(ai.url, { systemInstruction: 'Be kind.' }).startChat({
    history: [
      { role: 'user', parts: [{ text: 'My cat is Tom.' }] },
      { role: 'model', parts: [{ text: 'Nice.' }] },
      { role: 'user', parts: [{ text: 'He is old.' }] },
      { role: 'model', parts: [{ text: 'I see.' }] },
    ],
  })
  const { response } = await chat.sendMessage([
    'hello',
    { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
  ])
  expect(response.text()).toBe(
    'Thank you for the file. Hello! It is good to hear from you. What would you like to talk about?\n\n(We began with “My cat is Tom.”)',
  )
  expect(ai.stats().last).toMatchObject({ model: FLASH, system: 'Be kind.', turns: { length: 5 } })
  expect(ai.stats().last?.turns[4]).toEqual({ role: 'user', text: 'hello', attachments: 1 })
})

test('stops at the token limit and at a stop sequence', async () => {
  await using ai = await startAi()
  const cut = await modelAt(ai.url, { generationConfig: { maxOutputTokens: 4 } }).generateContent('hello')
  expect(cut.response.text()).toBe('Hello! It')
  expect(cut.response.candidates?.[0]?.finishReason).toBe('MAX_TOKENS')
  expect(cut.response.usageMetadata?.candidatesTokenCount).toBe(4)
  const stopped = await modelAt(ai.url, { generationConfig: { stopSequences: ['good'] } }).generateContent(
    'hello',
  )
  expect(stopped.response.text()).toBe('Hello! It is ')
  expect(stopped.response.candidates?.[0]?.finishReason).toBe('STOP')
})

test('counts tokens', async () => {
  await using ai = await startAi()
  const model = modelAt(ai.url)
  expect((await model.countTokens('hello there, world!')).totalTokens).toBe(8)
  const image = { inlineData: { mimeType: 'image/png', data: 'AAAA' } }
  expect((await model.countTokens(['hi', image])).totalTokens).toBe(259)
})

test('notices a caller who leaves in mid-stream', async () => {
  await using ai = await startAi()
  ai.script({ length: 200, hangAfter: 2 })
  const caller = new AbortController()
  const { stream, response } = await modelAt(ai.url).generateContentStream('hello', { signal: caller.signal })
  response.catch(() => {})
  const chunks: string[] = []
  const reading = (async () => {
    for await (const chunk of stream) {
      chunks.push(chunk.text())
      if (chunks.length === 2) caller.abort()
    }
  })()
  await expect(reading).rejects.toThrow('Error reading from the stream')
  await until(() => ai.stats().aborted === 1)
  expect(chunks).toHaveLength(2)
  expect(ai.stats()).toMatchObject({ started: 1, completed: 0, aborted: 1, active: 0 })
})

test('notices a caller who leaves before the first token', async () => {
  await using ai = await startAi()
  ai.script({ hangAfter: 0 })
  const caller = new AbortController()
  const asking = modelAt(ai.url).generateContent('hello', { signal: caller.signal })
  await until(() => ai.stats().active === 1)
  caller.abort()
  await expect(asking).rejects.toThrow('abort')
  await until(() => ai.stats().aborted === 1)
  expect(ai.stats()).toMatchObject({ started: 1, aborted: 1, active: 0 })
})
