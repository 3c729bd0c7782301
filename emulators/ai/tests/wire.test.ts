// The protocol by raw HTTP: framing, keys, models, refusals.
import { startAi } from '../server.ts'

const HELLO = { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] }
const GENERATE = '/v1beta/models/gemini-2.5-flash:generateContent'

async function post(url: string, body: unknown, headers: Record<string, string> = { 'x-goog-api-key': 'k' }) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

test('server-sent events, one response object each', async () => {
  await using ai = await startAi()
  ai.script({ reply: 'abcd', chunkSize: 2 })
  const { status, type, text } = await post(
    `${ai.url}/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse`,
    HELLO,
  )
  expect([status, type]).toEqual([200, 'text/event-stream'])
  const events = text.split('\r\n\r\n')
  expect(events).toHaveLength(3)
  expect(events[2]).toBe('')
  const { responseId, ...last } = JSON.parse(events[1]!.slice('data: '.length))
  expect(responseId).toMatch(/^[\w-]{36}$/)
  expect(last).toEqual({
    candidates: [{ content: { parts: [{ text: 'cd' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: 2,
      candidatesTokenCount: 1,
      totalTokenCount: 3,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 2 }],
    },
    modelVersion: 'gemini-2.5-flash',
  })
})

test('without alt=sse the stream is one JSON array', async () => {
  await using ai = await startAi()
  ai.script({ reply: 'abcd', chunkSize: 2 })
  const { type, text } = await post(`${ai.url}/v1beta/models/gemini-2.5-flash:streamGenerateContent`, HELLO)
  expect(type).toBe('application/json; charset=UTF-8')
  const texts = JSON.parse(text).map(
    (one: { candidates: { content: { parts: { text: string }[] } }[] }) =>
      one.candidates[0]?.content.parts[0]?.text,
  )
  expect(texts).toEqual(['ab', 'cd'])
})

test.each([
  ['{', 400, 'Invalid JSON payload received. Unable to parse the body.'],
  [{}, 400, '* GenerateContentRequest.contents: contents is not specified'],
  [{ contents: [] }, 400, '* GenerateContentRequest.contents: contents is not specified'],
  [{ ...HELLO, foo: 1 }, 400, 'Invalid JSON payload received. Unknown name "foo": Cannot find field.'],
  [
    { contents: [{ parts: [{ txt: 'x' }] }] },
    400,
    `Invalid JSON payload received. Unknown name "txt" at 'contents[0].parts[0]': Cannot find field.`,
  ],
  [{ contents: [{ role: 'bot', parts: [{ text: 'x' }] }] }, 400, 'Please use a valid role: user, model.'],
  [
    { contents: [{ role: 'user' }] },
    400,
    '* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.',
  ],
  [
    { contents: [{ parts: [{}] }] },
    400,
    "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must have one initialized field",
  ],
  [
    { ...HELLO, generationConfig: { temperature: 3 } },
    400,
    '* GenerateContentRequest.generationConfig.temperature: Too big: expected number to be <=2',
  ],
  [
    { contents: [{ parts: [{ inlineData: 'a picture' }] }] },
    400,
    `Invalid value at 'contents[0].parts[0].inline_data', "a picture"`,
  ],
  [
    { ...HELLO, generationConfig: { maxOutputTokens: 'many' } },
    400,
    `Invalid value at 'generation_config.max_output_tokens' (TYPE_FLOAT), "many"`,
  ],
  [
    { ...HELLO, tools: [{ googleSearch: {} }] },
    501,
    'The emulator does not implement the tool googleSearch.',
  ],
  [
    { ...HELLO, generationConfig: { responseMimeType: 'text/x.enum' } },
    501,
    'The emulator does not implement responseMimeType text/x.enum.',
  ],
  [
    { ...HELLO, generationConfig: { responseSchema: { type: 'STRING' } } },
    400,
    '* GenerateContentRequest.generation_config.response_schema: only allowed for application/json',
  ],
  [
    { contents: [{ parts: [{ fileData: { fileUri: 'gs://x' } }] }] },
    501,
    'The emulator does not implement parts of the kind fileData.',
  ],
])('refuses %j', async (body, code, message) => {
  await using ai = await startAi()
  const { status, text } = await post(ai.url + GENERATE, body)
  expect(status).toBe(code)
  expect(JSON.parse(text)).toEqual({
    error: { code, message, status: code === 400 ? 'INVALID_ARGUMENT' : 'UNIMPLEMENTED' },
  })
  expect(ai.stats().started).toBe(0)
})

test('takes the names of the original protocol too', async () => {
  await using ai = await startAi()
  const { status } = await post(ai.url + GENERATE, {
    ...HELLO,
    system_instruction: { parts: [{ text: 'Be kind.' }] },
    generation_config: { max_output_tokens: 5 },
  })
  expect(status).toBe(200)
  expect(ai.stats().last).toMatchObject({ system: 'Be kind.', maxOutputTokens: 5 })
})

test('wants a key, in the header or in the query, and the right one when there is one', async () => {
  await using ai = await startAi({ apiKey: 'right' })
  const keyless = await post(ai.url + GENERATE, HELLO, {})
  expect([keyless.status, JSON.parse(keyless.text).error.status]).toEqual([403, 'PERMISSION_DENIED'])
  const wrong = await post(ai.url + GENERATE, HELLO, { 'x-goog-api-key': 'wrong' })
  expect([wrong.status, JSON.parse(wrong.text).error.details[0].reason]).toEqual([400, 'API_KEY_INVALID'])
  const oauth = await post(ai.url + GENERATE, HELLO, { authorization: 'Bearer x' })
  expect(oauth.status).toBe(501)
  expect((await post(`${ai.url}${GENERATE}?key=right`, HELLO, {})).status).toBe(200)
})

test('lists and describes models; an unknown one is 404', async () => {
  await using ai = await startAi()
  const get = async (path: string) => {
    const response = await fetch(ai.url + path, { headers: { 'x-goog-api-key': 'k' } })
    return (await response.json()) as { models: { name: string }[]; nextPageToken?: string }
  }
  const { models, nextPageToken } = await get('/v1beta/models?pageSize=3')
  expect(models.map(({ name }) => name)).toEqual([
    'models/gemini-2.5-pro',
    'models/gemini-2.5-flash',
    'models/gemini-2.5-flash-lite',
  ])
  const rest = await get(`/v1beta/models?pageSize=3&pageToken=${nextPageToken}`)
  expect(rest.models).toHaveLength(1)
  expect(rest.nextPageToken).toBeUndefined()
  expect(await get('/v1/models/gemini-2.5-flash')).toMatchObject({ inputTokenLimit: 1_048_576 })
  const { status, text } = await post(`${ai.url}/v1beta/models/gpt-4:generateContent`, HELLO)
  expect(status).toBe(404)
  expect(JSON.parse(text).error).toMatchObject({ code: 404, status: 'NOT_FOUND' })
})

test.each([
  [
    '/v1beta/models/gemini-2.5-flash:embedContent',
    'POST /v1beta/models/gemini-2.5-flash:embedContent of the Gemini API',
  ],
  ['/v1beta/cachedContents', '/v1beta/cachedContents of the Gemini API'],
  ['/v2/models', 'POST /v2/models'],
])('%s is not there yet and says so', async (path, feature) => {
  await using ai = await startAi()
  const { status, text } = await post(ai.url + path, HELLO)
  expect(status).toBe(501)
  expect(JSON.parse(text).error.message).toBe(`The emulator does not implement ${feature}.`)
})
