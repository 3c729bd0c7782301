// OpenAI's protocol by raw HTTP: framing, keys, paths, refusals.
import { startAi } from '../server.ts'

const HELLO = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] }
const CALL = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }
const TOOL = { type: 'function', function: { name: 'f' } }
const KEY = { authorization: 'Bearer k' }

async function post(url: string, body: unknown, headers: Record<string, string> = KEY) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('server-sent events, the last of them [DONE]', async () => {
  await using ai = await startAi({ clock: { now: () => 1_780_000_000_500, after: () => ({ cancel() {} }) } })
  ai.script({ reply: 'abcd', chunkSize: 2 })
  const { status, headers, text } = await post(`${ai.url}/v1/chat/completions`, { ...HELLO, stream: true })
  expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
  const events = text.split('\n\n')
  expect(events.slice(-2)).toEqual(['data: [DONE]', ''])
  expect(events).toHaveLength(6)
  const { id, ...first } = JSON.parse(events[0]!.slice('data: '.length))
  expect(id).toMatch(/^chatcmpl-/)
  expect(first).toEqual({
    object: 'chat.completion.chunk',
    created: 1_780_000_000,
    model: 'gpt-4o',
    service_tier: 'default',
    system_fingerprint: 'fp_emulator',
    choices: [
      {
        index: 0,
        delta: { role: 'assistant', content: '', refusal: null },
        logprobs: null,
        finish_reason: null,
      },
    ],
  })
})

test('what fails in mid-stream is the last event, and [DONE] does not come', async () => {
  await using ai = await startAi()
  ai.script({ reply: 'abcd', chunkSize: 2, fail: { status: 503, after: 1 } })
  const { status, text } = await post(`${ai.url}/v1/chat/completions`, { ...HELLO, stream: true })
  expect(status).toBe(200)
  const [last, rest] = text.split('\n\n').slice(-2)
  expect(rest).toBe('')
  expect(JSON.parse(last!.slice('data: '.length))).toEqual({
    error: {
      message: 'The engine is currently overloaded, please try again later.',
      type: 'service_unavailable_error',
      param: null,
      code: null,
    },
  })
})

test.each<[object | string, number, string | null, string | null, string]>([
  ['{', 400, null, null, 'We could not parse the JSON body of your request.'],
  [
    { model: 'gpt-4o' },
    400,
    'messages',
    'missing_required_parameter',
    "Missing required parameter: 'messages'.",
  ],
  [{ messages: HELLO.messages }, 400, null, null, 'you must provide a model parameter'],
  [{ ...HELLO, messages: [] }, 400, 'messages', 'empty_array', "Invalid 'messages': empty array."],
  [{ ...HELLO, foo: 1 }, 400, 'foo', 'unknown_parameter', "Unknown parameter: 'foo'."],
  [
    { ...HELLO, messages: [{ role: 'user', content: 'x', foo: 1 }] },
    400,
    'messages[0].foo',
    'unknown_parameter',
    "Unknown parameter: 'messages[0].foo'.",
  ],
  [
    { ...HELLO, messages: [{ role: 'bot', content: 'x' }] },
    400,
    'messages[0].role',
    'invalid_value',
    'Invalid value',
  ],
  [{ ...HELLO, temperature: 3 }, 400, 'temperature', 'invalid_value', "Invalid value for 'temperature'"],
  [{ ...HELLO, stream: 'yes' }, 400, 'stream', 'invalid_type', "Invalid type for 'stream'"],
  [
    { ...HELLO, model: 'o4-mini', max_tokens: 5 },
    400,
    'max_tokens',
    'unsupported_parameter',
    "Use 'max_completion_tokens' instead.",
  ],
  [
    { ...HELLO, model: 'gpt-5', temperature: 0.5 },
    400,
    'temperature',
    'unsupported_value',
    'Only the default (1) value is supported.',
  ],
  [
    { ...HELLO, messages: [{ role: 'tool', tool_call_id: 'c1', content: 'x' }] },
    400,
    'messages.[0].role',
    null,
    "messages with role 'tool' must be a response",
  ],
  [
    { ...HELLO, messages: [{ role: 'assistant', tool_calls: [CALL] }, ...HELLO.messages] },
    400,
    'messages.[1].role',
    null,
    'did not have response messages: c1',
  ],
  [
    { ...HELLO, tool_choice: 'required' },
    400,
    'tool_choice',
    null,
    "only allowed when 'tools' are specified",
  ],
  [
    { ...HELLO, tools: [TOOL], tool_choice: { type: 'function', function: { name: 'g' } } },
    400,
    'tool_choice',
    null,
    "no function named 'g'",
  ],
  [
    {
      ...HELLO,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:text/html,x' } }] }],
    },
    400,
    null,
    'invalid_image_format',
    'unsupported image',
  ],
  [
    {
      ...HELLO,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a/b.png' } }] }],
    },
    501,
    null,
    'not_implemented',
    'images by URL',
  ],
  [
    { ...HELLO, messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
    501,
    null,
    'not_implemented',
    'parts of the kind input_audio',
  ],
  [{ ...HELLO, n: 2 }, 501, null, 'not_implemented', 'more than one choice (n)'],
  [{ ...HELLO, logprobs: true }, 501, null, 'not_implemented', 'logprobs'],
  [{ ...HELLO, functions: [] }, 501, null, 'not_implemented', 'functions'],
  [
    { ...HELLO, response_format: { type: 'json_object' } },
    400,
    'messages',
    null,
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
  ],
])('refuses %j', async (body, status, param, code, message) => {
  await using ai = await startAi()
  const answer = await post(`${ai.url}/v1/chat/completions`, body)
  expect(answer.status).toBe(status)
  const { error } = JSON.parse(answer.text)
  expect(error).toMatchObject({ type: 'invalid_request_error', param, code })
  expect(error.message).toContain(message)
  expect(ai.stats().started).toBe(0)
})

test('wants a key, and the right one when there is one; never shows it', async () => {
  await using ai = await startAi({ apiKey: 'right' })
  const keyless = await post(`${ai.url}/v1/chat/completions`, HELLO, {})
  expect([keyless.status, JSON.parse(keyless.text).error.code]).toEqual([401, null])
  const wrong = await post(`${ai.url}/v1/chat/completions`, HELLO, {
    authorization: 'Bearer sk-this-is-wrong',
  })
  expect([wrong.status, JSON.parse(wrong.text).error.code]).toEqual([401, 'invalid_api_key'])
  expect(wrong.text).not.toContain('this-is')
  expect((await post(`${ai.url}/v1/chat/completions`, HELLO, { authorization: 'Bearer right' })).status).toBe(
    200,
  )
})

test('Azure wants an api-version on a deployment’s path', async () => {
  await using ai = await startAi()
  const path = `${ai.url}/openai/deployments/gpt-4o/chat/completions`
  const without = await post(path, HELLO, { 'api-key': 'k' })
  expect([without.status, JSON.parse(without.text)]).toEqual([
    404,
    { error: { code: '404', message: 'Resource not found' } },
  ])
  expect((await post(`${path}?api-version=2024-10-21`, HELLO, { 'api-key': 'k' })).status).toBe(200)
  expect((await post(`${path}?api-version=2025-01-01-preview`, HELLO, { 'api-key': 'k' })).status).toBe(200)
})

test.each([
  ['/v1/embeddings', 'embeddings'],
  ['/v1/responses', 'the Responses API'],
  ['/v1/completions', 'the legacy completions'],
  ['/v1/threads', 'POST /threads of the OpenAI API'],
  ['/openai/v1/responses', 'the Responses API'],
  ['/openai/deployments/x/embeddings?api-version=2024-10-21', 'embeddings'],
])('%s is not there and says so', async (path, feature) => {
  await using ai = await startAi()
  const { status, text } = await post(ai.url + path, HELLO)
  expect(status).toBe(501)
  expect(JSON.parse(text).error.message).toBe(`The emulator does not implement ${feature}.`)
})

test('what is nowhere at OpenAI is not found', async () => {
  await using ai = await startAi()
  const { status, text } = await post(`${ai.url}/v1/nowhere`, HELLO)
  expect([status, JSON.parse(text)]).toEqual([
    404,
    {
      error: {
        message: 'Invalid URL (POST /v1/nowhere)',
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    },
  ])
  expect((await post(`${ai.url}/openai/v1/nowhere`, HELLO, { 'api-key': 'k' })).status).toBe(404)
})

test('/v1/models is OpenAI’s for a bearer token and Gemini’s for a key', async () => {
  await using ai = await startAi()
  const get = async (headers: Record<string, string>) =>
    Object.keys((await (await fetch(`${ai.url}/v1/models`, { headers })).json()) as object)
  expect(await get(KEY)).toEqual(['object', 'data'])
  expect(await get({ 'x-goog-api-key': 'k' })).toEqual(['models'])
})

test('fault rules apply by operation', async () => {
  await using ai = await startAi()
  ai.faults.add({ operation: 'openai.chat.*', fault: { kind: 'status', status: 502 }, count: 1 })
  expect((await post(`${ai.url}/v1/chat/completions`, HELLO)).status).toBe(502)
  expect((await post(`${ai.url}/v1/chat/completions`, HELLO)).status).toBe(200)
})
