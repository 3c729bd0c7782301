// Through the `openai` SDK, as OpenAI and as Azure OpenAI: replies, streams, limits, errors, callers who leave.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { APIError, AzureOpenAI, OpenAI } from 'openai'
import { type AiOptions, startAi } from '../server.ts'
import { until } from './wait.ts'

const MODEL = 'gpt-4.1'
const HELLO = 'Hello! It is good to hear from you. What would you like to talk about?'
const say = (content: string) => [{ role: 'user' as const, content }]

async function start(options: AiOptions = {}) {
  const ai = await startAi(options)
  const client = new OpenAI({ apiKey: 'any-key', baseURL: `${ai.url}/v1`, maxRetries: 0 })
  return { ai, client, [Symbol.asyncDispose]: () => ai.close() }
}

const azureAt = (url: string, options: { apiKey?: string; azureADTokenProvider?: () => Promise<string> }) =>
  new AzureOpenAI({ endpoint: url, apiVersion: '2024-10-21', maxRetries: 0, ...options })

async function failure(work: PromiseLike<unknown>): Promise<APIError> {
  const error = await Promise.resolve(work).then(
    () => undefined,
    (reason) => reason,
  )
  if (error instanceof APIError) return error
  throw new Error(`Not an API error: ${error}`)
}

test('answers whole, with why it ends and what it cost', async () => {
  await using it = await start()
  const answer = await it.client.chat.completions.create({ model: MODEL, messages: say('hello') })
  expect(answer).toMatchObject({
    object: 'chat.completion',
    model: 'gpt-4.1',
    choices: [{ index: 0, message: { role: 'assistant', content: HELLO }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 2, completion_tokens: 21, total_tokens: 23 },
  })
  expect(answer.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/)
  expect(it.ai.stats()).toMatchObject({ started: 1, completed: 1, active: 0 })
})

test('streams the reply in chunks; the usage comes last when asked for', async () => {
  await using it = await start()
  const stream = await it.client.chat.completions.create({
    model: MODEL,
    messages: say('hello'),
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks = await Array.fromAsync(stream)
  expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
    { role: 'assistant', content: '', refusal: null },
    { content: 'Hello! It is good to hea' },
    { content: 'r from you. What would y' },
    { content: 'ou like to talk about?' },
    {},
    undefined,
  ])
  expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
    null,
    null,
    null,
    null,
    'stop',
    undefined,
  ])
  expect(chunks.map(({ usage }) => usage?.total_tokens)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    23,
  ])
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
})

test('the model sees the history, what the system says, and the pictures', async () => {
  await using it = await start()
  const answer = await it.client.chat.completions.create({
    model: MODEL,
    temperature: 0.5,
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'My cat is Tom.' },
      { role: 'assistant', content: 'Nice.' },
      { role: 'user', content: 'He is old.' },
      { role: 'assistant', content: 'I see.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hello' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ],
  })
  expect(answer.choices[0]?.message.content).toBe(
    `Thank you for the file. ${HELLO}\n\n(We began with “My cat is Tom.”)`,
  )
  expect(it.ai.stats().last).toMatchObject({
    model: 'gpt-4.1',
    system: 'Be kind.',
    temperature: 0.5,
    turns: { length: 5 },
  })
  expect(it.ai.stats().last?.turns[4]).toEqual({ role: 'user', text: 'hello', attachments: 1 })
})

test.each([['max_tokens'], ['max_completion_tokens']])(
  'stops at %s, and at a stop sequence',
  async (name) => {
    await using it = await start()
    const ask = async (limits: object) => {
      const answer = await it.client.chat.completions.create({
        model: MODEL,
        messages: say('hello'),
        ...limits,
      })
      return [answer.choices[0]?.message.content, answer.choices[0]?.finish_reason]
    }
    expect(await ask({ [name]: 4 })).toEqual(['Hello! It', 'length'])
    expect(await ask({ stop: 'good' })).toEqual(['Hello! It is ', 'stop'])
    expect(await ask({ stop: ['good', 'It'] })).toEqual(['Hello! ', 'stop'])
  },
)

test('lists models, describes one, and does not know every name', async () => {
  await using it = await start()
  const names = (await Array.fromAsync(it.client.models.list())).map(({ id }) => id)
  expect(names).toContain('gpt-4o')
  expect(await it.client.models.retrieve('gpt-4o')).toMatchObject({ id: 'gpt-4o', object: 'model' })
  const error = await failure(
    it.client.chat.completions.create({ model: 'gemini-2.5-flash', messages: say('hello') }),
  )
  expect(error).toMatchObject({ status: 404, code: 'model_not_found', type: 'invalid_request_error' })
  expect((await failure(it.client.models.retrieve('nothing'))).status).toBe(404)
})

test('a prompt that is longer than the model reads is refused, with what its answer may take', async () => {
  await using it = await start()
  const long = { model: 'gpt-4', messages: say('word '.repeat(8_192)) }
  const error = await failure(
    it.client.chat.completions.create({ ...long, messages: say('word '.repeat(8_193)) }),
  )
  expect(error).toMatchObject({ status: 400, code: 'context_length_exceeded', param: 'messages' })
  expect(error.message).toContain(
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 8193 tokens.",
  )
  expect((await failure(it.client.chat.completions.create({ ...long, max_tokens: 1 }))).message).toContain(
    'you requested 8193 tokens (8192 in the messages, 1 in the completion)',
  )
  expect((await it.client.chat.completions.create(long)).usage?.prompt_tokens).toBe(8_192)
})

test.each([
  [429, 'rate_limit_exceeded', 'Rate limit reached'],
  [500, null, 'The server had an error'],
  [503, null, 'overloaded'],
] as const)('fails with %i before the first token, as often as told', async (status, code, message) => {
  await using it = await start()
  it.ai.script({ fail: { status }, count: 2 })
  for (const stream of [false, true]) {
    const error = await failure(
      it.client.chat.completions.create({ model: MODEL, messages: say('hello'), stream }),
    )
    expect(error).toMatchObject({ status, code })
    expect(error.message).toContain(message)
  }
  await it.client.chat.completions.create({ model: MODEL, messages: say('hello') })
  expect(it.ai.stats()).toMatchObject({ started: 3, failed: 2, completed: 1 })
})

test('a quota error says when to come back, and the client comes back then', async () => {
  await using it = await start()
  it.ai.script({ fail: { status: 429, retryAfterSeconds: 7 }, count: 1 })
  const ask = { model: MODEL, messages: say('hello') }
  expect((await failure(it.client.chat.completions.create(ask))).headers?.get('retry-after')).toBe('7')
  it.ai.script({ fail: { status: 429, retryAfterSeconds: 0 }, count: 1 })
  const patient = it.client.withOptions({ maxRetries: 1 })
  expect((await patient.chat.completions.create(ask)).choices[0]?.message.content).toBe(HELLO)
})

test('what is not implemented is not tried again', async () => {
  await using it = await start()
  let asked = 0
  const client = it.client.withOptions({
    maxRetries: 2,
    fetch: (...call) => {
      asked++
      return fetch(...call)
    },
  })
  const error = await failure(client.embeddings.create({ model: 'text-embedding-3-small', input: 'x' }))
  expect([error.status, error.message]).toEqual([501, '501 The emulator does not implement embeddings.'])
  expect(asked).toBe(1)
})

test('says exactly what it is told to', async () => {
  await using it = await start()
  const content = 'Reply with exactly this text and nothing else: This is a test'
  const { choices } = await it.client.chat.completions.create({ model: MODEL, messages: say(content) })
  expect(choices[0]?.message.content).toBe('This is a test')
})

test('fails in mid-stream with an event', async () => {
  await using it = await start()
  it.ai.script({ reply: 'abcdef', chunkSize: 2, fail: { status: 500, code: 'oops', after: 2 } })
  const stream = await it.client.chat.completions.create({
    model: MODEL,
    messages: say('hello'),
    stream: true,
  })
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const { choices } of stream) seen.push(choices[0]?.delta.content)
  })()
  const error = await failure(reading)
  expect(error).toMatchObject({ type: 'server_error', code: 'oops' })
  expect(seen).toEqual(['', 'ab', 'cd'])
  expect(it.ai.stats()).toMatchObject({ failed: 1, completed: 0, broken: 0 })
})

test('breaks the connection after so many chunks, without a finish reason', async () => {
  await using it = await start()
  it.ai.script({ reply: 'abcdef', chunkSize: 2, breakAfter: 2 })
  const stream = await it.client.chat.completions.create({
    model: MODEL,
    messages: say('hello'),
    stream: true,
  })
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const { choices } of stream) seen.push(choices[0]?.delta.content, choices[0]?.finish_reason)
  })()
  await expect(reading).rejects.toThrow('terminated')
  expect(seen).toEqual(['', null, 'ab', null, 'cd', null])
  expect(it.ai.stats()).toMatchObject({ broken: 1, aborted: 0, completed: 0 })
})

test('notices a caller who leaves in mid-stream, and one who leaves before the first token', async () => {
  await using it = await start()
  it.ai.script({ length: 200, hangAfter: 2, count: 1 }, { hangAfter: 0 })
  const ask = { model: MODEL, messages: say('hello'), stream: true } as const
  const stream = await it.client.chat.completions.create(ask)
  let pieces = 0
  for await (const { choices } of stream) if (choices[0]?.delta.content && ++pieces === 2) break
  await until(() => it.ai.stats().aborted === 1)
  const caller = new AbortController()
  const asking = it.client.chat.completions.create(ask, { signal: caller.signal })
  await until(() => it.ai.stats().active === 1)
  caller.abort()
  await expect(asking).rejects.toThrow('aborted')
  await until(() => it.ai.stats().aborted === 2)
  expect(it.ai.stats()).toMatchObject({ started: 2, completed: 0, active: 0 })
})

test('Azure OpenAI: a deployment by its path, with a key', async () => {
  await using ai = await startAi({ apiKey: 'right', deployments: { chat: 'gpt-4o' } })
  const client = azureAt(ai.url, { apiKey: 'right' })
  const answer = await client.chat.completions.create({ model: 'chat', messages: say('hello') })
  expect(answer).toMatchObject({
    model: 'gpt-4o',
    choices: [{ message: { content: HELLO }, content_filter_results: { hate: { filtered: false } } }],
    prompt_filter_results: [{ prompt_index: 0 }],
  })
  expect(ai.stats().last?.model).toBe('chat')
  const unknown = await failure(client.chat.completions.create({ model: 'other', messages: say('hello') }))
  expect(unknown).toMatchObject({ status: 404, code: 'DeploymentNotFound' })
  const wrong = azureAt(ai.url, { apiKey: 'wrong' })
  const refused = await failure(wrong.chat.completions.create({ model: 'chat', messages: say('hello') }))
  expect(refused).toMatchObject({ status: 401, code: '401' })
})

test('Azure OpenAI streams begin with a piece without a choice', async () => {
  await using ai = await startAi()
  const stream = await azureAt(ai.url, { apiKey: 'any' }).chat.completions.create({
    model: 'gpt-4o',
    messages: say('hello'),
    stream: true,
  })
  const chunks = await Array.fromAsync(stream)
  expect(chunks[0]).toMatchObject({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] })
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(HELLO)
})

test('Azure OpenAI says when to come back in two headers', async () => {
  await using ai = await startAi()
  ai.script({ fail: { status: 429, retryAfterSeconds: 2.5 } })
  const error = await failure(
    azureAt(ai.url, { apiKey: 'any' }).chat.completions.create({ model: 'gpt-4o', messages: say('hello') }),
  )
  expect(error).toMatchObject({ status: 429, code: '429' })
  expect(error.message).toContain('Please retry after 3 seconds.')
  expect([error.headers?.get('retry-after'), error.headers?.get('retry-after-ms')]).toEqual(['3', '2500'])
})

test('Azure OpenAI takes Entra tokens of the issuer for its audience, and no others', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }
  const stranger = (await generateKeyPair('RS256')).privateKey
  const token = (claims: object = {}, key = privateKey) =>
    new SignJWT({ aud: 'https://cognitiveservices.azure.com', iss: 'https://issuer.test/', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setExpirationTime('1h')
      .sign(key)
  await using ai = await startAi({ entra: { jwks: keys, issuer: 'https://issuer.test/' } })
  const ask = async (shown: Promise<string>) => {
    const client = azureAt(ai.url, { azureADTokenProvider: () => shown })
    return client.chat.completions.create({ model: 'gpt-4o', messages: say('hello') })
  }
  expect((await ask(token())).choices[0]?.message.content).toBe(HELLO)
  for (const wrong of [
    token({ aud: 'https://vault.azure.net' }),
    token({ iss: 'https://other.test/' }),
    token({}, stranger),
  ])
    expect((await failure(ask(wrong))).status).toBe(401)
})

test('Azure OpenAI by its newer path: the deployment is the model, the key a bearer token or not', async () => {
  await using ai = await startAi({ apiKey: 'right' })
  const client = new OpenAI({ apiKey: 'right', baseURL: `${ai.url}/openai/v1`, maxRetries: 0 })
  const answer = await client.chat.completions.create({ model: 'my-deployment', messages: say('hello') })
  expect(answer).toMatchObject({ model: 'gpt-4o', choices: [{ message: { content: HELLO } }] })
  const wrong = new OpenAI({ apiKey: 'wrong', baseURL: `${ai.url}/openai/v1`, maxRetries: 0 })
  expect((await failure(wrong.models.list())).status).toBe(401)
})
