// The providers against the emulator of their services: what is asked arrives, what is answered comes out in the one form.
import { type AiEmulator, startAi } from '../../emulators/ai/server.ts'
import { createGemini } from '../../shared/providers/gemini.ts'
import { createAzureOpenAi, createOpenAi } from '../../shared/providers/openai.ts'
import type { ModelChunk, ModelRequest, ModelTurn, Provider } from '../../shared/services/ports/model.ts'

const apiKey = async () => 'right'
const noToken = () => Promise.reject(new Error('No token was to be asked for.'))
const SERVICES = {
  gemini: (url: string, key = apiKey): Provider =>
    createGemini({ apiKey: key, baseUrl: url })('gemini-2.5-flash'),
  openai: (url: string, key = apiKey): Provider =>
    createOpenAi({ apiKey: key, baseUrl: `${url}/v1/` })('gpt-4.1'),
  'azure-openai': (url: string, key = apiKey): Provider =>
    createAzureOpenAi({ endpoint: `${url}/`, apiVersion: '2024-10-21', apiKey: key, token: noToken })(
      'chat one',
    ),
}
const MODELS = { gemini: 'gemini-2.5-flash', openai: 'gpt-4.1', 'azure-openai': 'chat one' }
const SCHEMA = { type: 'object', properties: { city_name: { type: 'string' } }, required: ['city_name'] }
const WEATHER = { name: 'get_weather', description: 'The weather of a city.', parameters: SCHEMA }
const never = new AbortController().signal

const user = (text: string): ModelRequest => ({ turns: [{ role: 'user', text }] })
const textOf = (chunks: ModelChunk[]) => chunks.map((chunk) => ('text' in chunk ? chunk.text : '')).join('')
const last = (chunks: ModelChunk[]) => chunks.findLast((chunk) => 'usage' in chunk)

describe.each(Object.keys(SERVICES) as (keyof typeof SERVICES)[])('%s', (name) => {
  let ai: AiEmulator
  let provider: Provider
  beforeEach(async () => {
    ai = await startAi({ apiKey: 'right' })
    provider = SERVICES[name](ai.url)
  })
  afterEach(() => ai.close())
  const ask = (request: ModelRequest, signal = never) => Array.fromAsync(provider(request, signal))

  test('streams the answer, why it ends, and what it cost', async () => {
    ai.script({ reply: 'abcdef', chunkSize: 2 })
    const chunks = await ask(user('hello'))
    expect(chunks.filter((chunk) => 'text' in chunk)).toEqual([
      { text: 'ab' },
      { text: 'cd' },
      { text: 'ef' },
    ])
    expect(chunks.filter((chunk) => 'finish' in chunk)).toEqual([{ finish: 'stop' }])
    expect(last(chunks)).toEqual({ usage: { promptTokens: 2, replyTokens: 2 } })
  })

  test('passes on who it is to be, how, and what was said before', async () => {
    await ask({
      system: 'Be kind.',
      temperature: 0.5,
      maxOutputTokens: 50,
      turns: [
        { role: 'user', text: 'One.' },
        { role: 'model', text: 'Two.' },
        { role: 'user', text: 'Three.' },
      ],
    })
    expect(ai.stats().last).toEqual({
      model: MODELS[name],
      system: 'Be kind.',
      temperature: 0.5,
      maxOutputTokens: 50,
      stopSequences: [],
      turns: [
        { role: 'user', text: 'One.', attachments: 0 },
        { role: 'model', text: 'Two.', attachments: 0 },
        { role: 'user', text: 'Three.', attachments: 0 },
      ],
    })
  })

  test('passes on pictures, with words and without', async () => {
    const images = [{ mimeType: 'image/png', data: 'AAAA' }]
    await ask({ turns: [{ role: 'user', text: 'Look!', images }] })
    expect(ai.stats().last?.turns).toEqual([{ role: 'user', text: 'Look!', attachments: 1 }])
    await ask({ turns: [{ role: 'user', text: '', images: [...images, ...images] }] })
    expect(ai.stats().last?.turns).toEqual([{ role: 'user', text: '', attachments: 2 }])
  })

  test.each([
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'filtered'],
    ['STOP', 'stop'],
  ] as const)('%s is told as %s', async (finish, told) => {
    ai.script({ reply: 'abc', finish })
    expect((await ask(user('hello'))).find((chunk) => 'finish' in chunk)).toEqual({ finish: told })
  })

  test('offers tools, tells calls whole, and passes their results back', async () => {
    ai.script({
      afterTool: false,
      reply: 'Let me look.',
      toolCalls: [
        { name: 'get_weather', arguments: { city_name: 'Rome' } },
        { name: 'get_weather', arguments: { city_name: 'Bern' } },
      ],
      chunkSize: 4,
    })
    const tools = [WEATHER]
    const question: ModelTurn = { role: 'user', text: 'Where is it warmer?' }
    const chunks = await ask({ tools, turns: [question] })
    expect(ai.stats().last?.tools).toEqual([WEATHER])
    expect(textOf(chunks)).toBe('Let me look.')
    const toolCalls = chunks.flatMap((chunk) => ('toolCall' in chunk ? chunk.toolCall : []))
    expect(toolCalls.map((call) => [call.name, call.arguments])).toEqual([
      ['get_weather', '{"city_name":"Rome"}'],
      ['get_weather', '{"city_name":"Bern"}'],
    ])
    expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(2)
    expect(chunks.filter((chunk) => 'finish' in chunk)).toEqual([{ finish: 'tool-calls' }])
    const results = toolCalls.map(({ id, name }, index) => ({
      callId: id,
      name,
      content: index === 0 ? '30' : '20',
    }))
    const turns: ModelTurn[] = [
      question,
      { role: 'model', text: 'Let me look.', toolCalls },
      { role: 'tool', results },
    ]
    const answer = await ask({ tools, turns })
    expect(textOf(answer)).toBe('get_weather says: 30\nget_weather says: 20')
    expect(answer.filter((chunk) => 'finish' in chunk)).toEqual([{ finish: 'stop' }])
  })

  test('a call without words before it', async () => {
    ai.script({ afterTool: false, toolCalls: [{ name: 'get_weather', arguments: {} }] })
    const first = await ask({ tools: [WEATHER], ...user('hello') })
    const toolCalls = first.flatMap((chunk) => ('toolCall' in chunk ? chunk.toolCall : []))
    const results = [{ callId: toolCalls[0]!.id, name: 'get_weather', content: 'Sunny.' }]
    const turns: ModelTurn[] = [
      ...user('hello').turns,
      { role: 'model', text: '', toolCalls },
      { role: 'tool', results },
    ]
    expect(textOf(await ask({ tools: [WEATHER], turns }))).toBe('get_weather says: Sunny.')
  })

  test.each([
    [429, true],
    [500, true],
    [503, true],
    [400, false],
    [404, false],
  ] as const)(
    '%i before the first token is a failure, worth another try: %p',
    async (status, isTransient) => {
      ai.script({ fail: { status, message: 'Not today.' } })
      await expect(ask(user('hello'))).rejects.toMatchObject({
        name: 'ModelFailure',
        message: expect.stringContaining('Not today.'),
        status,
        isTransient,
      })
      // Retries are for the fallback to make: the SDKs make none.
      expect(ai.stats().started).toBe(1)
    },
  )

  test('says when the service wants to be asked again', async () => {
    ai.script({ fail: { status: 429, retryAfterSeconds: 7 } })
    await expect(ask(user('hello'))).rejects.toMatchObject({ status: 429, retryAfterMs: 7_000 })
  })

  test.each([
    ['fails', { fail: { status: 503 as const, after: 2 } }],
    ['is cut off', { breakAfter: 2 }],
  ])('what %s in mid-stream is no whole answer', async (_what, misfortune) => {
    ai.script({ reply: 'abcdef', chunkSize: 2, ...misfortune })
    const seen: string[] = []
    const reading = (async () => {
      for await (const chunk of provider(user('hello'), never)) if ('text' in chunk) seen.push(chunk.text)
    })()
    await expect(reading).rejects.toMatchObject({ name: 'ModelFailure', status: undefined })
    expect(seen).toEqual(['ab', 'cd'])
  })

  test('nobody there is a failure worth another try', async () => {
    await ai.close()
    await expect(ask(user('hello'))).rejects.toMatchObject({ status: undefined, isTransient: true })
  })

  test('a wrong key is not', async () => {
    provider = SERVICES[name](ai.url, async () => 'wrong')
    await expect(ask(user('hello'))).rejects.toMatchObject({ name: 'ModelFailure', isTransient: false })
    expect(ai.stats().started).toBe(0)
  })

  test('the key is asked for each time', async () => {
    const keys = ['wrong', 'right']
    provider = SERVICES[name](ai.url, async () => keys.shift()!)
    await expect(ask(user('hello'))).rejects.toThrow()
    expect(textOf(await ask(user('thanks')))).toContain('welcome')
  })

  test.each([
    ['before the first token', 0],
    ['in mid-stream', 2],
  ])('who stops listening %s ends the call upstream', async (_when, hangAfter) => {
    ai.script({ reply: 'abcdef', chunkSize: 2, hangAfter })
    const caller = new AbortController()
    let seen = 0
    const reading = (async () => {
      for await (const _chunk of provider(user('hello'), caller.signal)) seen++
    })()
    while (ai.stats().active === 0 || (hangAfter > 0 && seen < hangAfter))
      await new Promise((resolve) => setImmediate(resolve))
    caller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    while (ai.stats().aborted === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(ai.stats()).toMatchObject({ aborted: 1, active: 0, completed: 0 })
  })

  test('a listener that has enough and leaves the loop ends it too', async () => {
    ai.script({ reply: 'abcdef', chunkSize: 2, hangAfter: 2 })
    for await (const chunk of provider(user('hello'), never)) if ('text' in chunk) break
    while (ai.stats().aborted === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(ai.stats()).toMatchObject({ aborted: 1, active: 0 })
  })
})

test('a Gemini that signs its calls gets the signature back', async () => {
  await using ai = await startAi()
  const provider = createGemini({ apiKey, baseUrl: ai.url })('gemini-3-pro')
  const [question] = user('get weather').turns
  const chunks = await Array.fromAsync(provider({ tools: [WEATHER], turns: [question!] }, never))
  const toolCalls = chunks.flatMap((chunk) => ('toolCall' in chunk ? chunk.toolCall : []))
  expect(toolCalls[0]?.signature).toEqual(expect.any(String))
  const results = toolCalls.map(({ id, name }) => ({ callId: id, name, content: 'Sunny.' }))
  const turns: ModelTurn[] = [question!, { role: 'model', text: '', toolCalls }, { role: 'tool', results }]
  const answer = await Array.fromAsync(provider({ tools: [WEATHER], turns }, never))
  expect(textOf(answer)).toBe('get_weather says: Sunny.')
})

test('arguments that are no JSON are told as they came', async () => {
  await using ai = await startAi()
  ai.script({ toolCalls: [{ id: 'c1', name: 'get_weather', arguments: '{"city' }] })
  const provider = createOpenAi({ apiKey, baseUrl: `${ai.url}/v1` })('gpt-4.1')
  const chunks = await Array.fromAsync(provider({ tools: [WEATHER], ...user('hello') }, never))
  expect(chunks).toContainEqual({ toolCall: { id: 'c1', name: 'get_weather', arguments: '{"city' } })
})

test('long arguments are no silence: that they are on their way is told', async () => {
  await using ai = await startAi()
  ai.script({ toolCalls: [{ name: 'get_weather', arguments: { city: 'Rome' } }], chunkSize: 4, hangAfter: 2 })
  const provider = createOpenAi({ apiKey, baseUrl: `${ai.url}/v1` })('gpt-4.1')
  const caller = new AbortController()
  const chunks = provider({ tools: [WEATHER], ...user('hello') }, caller.signal)[Symbol.asyncIterator]()
  for (let piece = 0; piece < 2; piece++)
    expect(await chunks.next()).toEqual({ done: false, value: { text: '' } })
  caller.abort(new Error('enough'))
  await expect(chunks.next()).rejects.toThrow('enough')
})

test('a server of one’s own that wants no key is asked without', async () => {
  await using ai = await startAi()
  const provider = createOpenAi({ apiKey: async () => undefined, baseUrl: `${ai.url}/v1` })('llama3.2')
  await expect(Array.fromAsync(provider(user('hello'), never))).rejects.toThrow(
    "You didn't provide an API key.",
  )
})

test.each([
  ['GEMINI_API_KEY', createGemini({ apiKey: async () => undefined })('m')],
  ['OPENAI_API_KEY', createOpenAi({ apiKey: async () => undefined })('m')],
  [
    'AZURE_OPENAI_ENDPOINT',
    createAzureOpenAi({ endpoint: undefined, apiVersion: 'v', apiKey, token: noToken })('m'),
  ],
])('without %s the failure names it, and nothing is sent', async (setting, provider) => {
  await expect(Array.fromAsync(provider(user('hello'), never))).rejects.toMatchObject({
    message: expect.stringContaining(setting),
    isTransient: false,
  })
})
