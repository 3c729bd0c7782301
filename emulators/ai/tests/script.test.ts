// Scripted replies, pace, errors and breaks.
import { GoogleGenerativeAI, type GoogleGenerativeAIFetchError } from '@google/generative-ai'
import { createManualClock } from '../../kit/manual-clock.ts'
import { startAi } from '../server.ts'
import { until } from './wait.ts'

const modelAt = (url: string, model = 'gemini-2.5-flash') =>
  new GoogleGenerativeAI('any-key').getGenerativeModel({ model }, { baseUrl: url })

const admin = async (url: string, method: string, body?: unknown) => {
  const response = await fetch(`${url}/_emulator/script`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as { rules: object[] } }
}

test.each([
  [429, 'Resource has been exhausted (e.g. check quota).'],
  [500, 'An internal error has occurred. Please retry.'],
  [503, 'The model is overloaded. Please try again later.'],
] as const)('fails with %i before the first token, as often as told', async (status, message) => {
  await using ai = await startAi()
  ai.script({ fail: { status }, count: 2 })
  const model = modelAt(ai.url)
  for (const ask of [model.generateContent('hello'), model.generateContentStream('hello')]) {
    const error: GoogleGenerativeAIFetchError = await ask.then(
      () => Promise.reject(new Error('It answered.')),
      (reason) => reason,
    )
    expect(error.status).toBe(status)
    expect(error.message).toContain(message)
  }
  expect((await model.generateContent('thanks')).response.text()).toContain('You are very welcome.')
  expect(ai.stats()).toMatchObject({ started: 3, failed: 2, completed: 1 })
})

test('a quota error says when to come back', async () => {
  await using ai = await startAi()
  ai.script({ fail: { status: 429, message: 'Slow down.', retryAfterSeconds: 7 } })
  const error = await modelAt(ai.url)
    .generateContent('hello')
    .catch((reason) => reason)
  expect(error.message).toContain('Slow down.')
  expect(error.errorDetails).toEqual([
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
  ])
})

test('breaks the connection after so many chunks, without a finish reason', async () => {
  await using ai = await startAi()
  ai.script({ reply: 'abcdefgh', chunkSize: 2, breakAfter: 2 })
  const { stream, response } = await modelAt(ai.url).generateContentStream('hello')
  response.catch(() => {})
  const seen: (string | undefined)[] = []
  const reading = (async () => {
    for await (const chunk of stream) seen.push(chunk.text(), chunk.candidates?.[0]?.finishReason)
  })()
  await expect(reading).rejects.toThrow('Error reading from the stream')
  expect(seen).toEqual(['ab', undefined, 'cd', undefined])
  expect(ai.stats()).toMatchObject({ broken: 1, aborted: 0, completed: 0 })
})

test('rules match on text and model, first one wins, spent ones go', async () => {
  await using ai = await startAi()
  ai.script(
    { match: 'secret', reply: 'For your eyes only.' },
    { model: 'gemini-2.5-pro', reply: 'From the big one.' },
    { count: 1, reply: 'Once.', finish: 'SAFETY' },
  )
  const say = async (text: string, model?: string) => {
    const { response } = await modelAt(ai.url, model).generateContent(text)
    return response.candidates?.[0]?.content.parts[0]?.text
  }
  expect(await say('a secret', 'gemini-2.5-pro')).toBe('For your eyes only.')
  expect(await say('hello', 'gemini-2.5-pro')).toBe('From the big one.')
  expect(await say('hello')).toBe('Once.')
  expect(await say('hello')).toBe('Hello! It is good to hear from you. What would you like to talk about?')
})

test('sizes the reply, and paces it by the clock it is given', async () => {
  const clock = createManualClock(0)
  await using ai = await startAi({ clock })
  ai.script({ reply: 'ab', length: 7, chunkSize: 3, firstTokenMs: 80, chunkDelayMs: 40 })
  const seen: [string, number][] = []
  const reading = (async () => {
    const { stream } = await modelAt(ai.url).generateContentStream('hello')
    for await (const chunk of stream) seen.push([chunk.text(), clock.now()])
  })()
  for (const [ms, pieces] of [
    [79, 0],
    [1, 1],
    [40, 2],
    [40, 3],
  ] as const) {
    await until(() => clock.waiting() === 1)
    await clock.advance(ms)
    await until(() => seen.length === pieces)
  }
  await reading
  expect(seen).toEqual([
    ['ab ', 80],
    ['And', 120],
    [' ', 160],
  ])
})

test('fails in mid-stream, with the error as the last element', async () => {
  await using ai = await startAi()
  ai.script({ reply: 'abcd', chunkSize: 2, fail: { status: 503, after: 1 } })
  const { stream } = await modelAt(ai.url).generateContentStream('hello')
  expect(await Array.fromAsync(stream)).toMatchObject([
    { candidates: [{ content: { parts: [{ text: 'ab' }] } }] },
    { error: { code: 503, status: 'UNAVAILABLE' } },
  ])
  expect(ai.stats()).toMatchObject({ failed: 1, completed: 0 })
  await expect(modelAt(ai.url).generateContent('hello')).rejects.toMatchObject({ status: 503 })
})

test('never cuts a character in two', async () => {
  await using ai = await startAi()
  ai.script({ reply: '👋🌍é', chunkSize: 1 })
  const { stream } = await modelAt(ai.url).generateContentStream('hello')
  const chunks: string[] = []
  for await (const chunk of stream) chunks.push(chunk.text())
  expect(chunks).toEqual(['👋', '🌍', 'é'])
})

test('is scripted over HTTP as well', async () => {
  await using ai = await startAi()
  const added = await admin(ai.url, 'POST', [{ reply: 'One.', count: 2 }, { reply: 'Two.' }])
  expect(added).toEqual({ status: 200, body: { rules: [{ reply: 'One.', count: 2 }, { reply: 'Two.' }] } })
  expect((await modelAt(ai.url).generateContent('hello')).response.text()).toBe('One.')
  expect((await admin(ai.url, 'GET')).body.rules[0]).toEqual({ reply: 'One.', count: 1 })
  expect(await admin(ai.url, 'DELETE')).toEqual({ status: 200, body: { rules: [] } })
  expect((await admin(ai.url, 'POST', { replies: 'x' })).status).toBe(400)
  expect((await admin(ai.url, 'POST', { fail: { status: 418 } })).status).toBe(400)
  expect(() => ai.script({ length: 0 })).toThrow()
  const stats = await (await fetch(`${ai.url}/_emulator/stats`)).json()
  expect(stats).toMatchObject({ started: 1, completed: 1 })
})

test('fault rules apply by operation', async () => {
  await using ai = await startAi()
  ai.faults.add({ operation: 'gemini.countTokens', fault: { kind: 'drop' }, count: 1 })
  const model = modelAt(ai.url)
  await expect(model.countTokens('hello')).rejects.toThrow('fetch failed')
  expect((await model.countTokens('hello')).totalTokens).toBe(2)
  ai.faults.add({ operation: 'gemini.*', fault: { kind: 'status', status: 503 }, count: 1 })
  await expect(model.generateContent('hello')).rejects.toMatchObject({ status: 503 })
})
