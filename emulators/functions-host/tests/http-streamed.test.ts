// HTTP functions with streaming on, driven from outside a real host process.
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/http-stream', import.meta.url))
let host: SpawnedHost
let api: string

beforeAll(async () => {
  host = await spawnFunctionsHost({
    app,
    log: 'info',
    bodyLimit: 1000,
    cors: 'https://chat.example',
    settings: { GREETING: 'from settings', 'AzureWebJobs.off.Disabled': 'true' },
  })
  api = `${host.url}/api`
})
afterAll(() => host.close())

test('parameters, query, headers and body arrive; status, headers and cookies come back', async () => {
  const response = await fetch(`${api}/Things/a%2Fb%20c/%C3%A4?q=1&r=x%20y`, {
    method: 'POST',
    headers: { 'x-sent': 'yes' },
    body: 'grüße',
  })
  expect(response.status).toBe(201)
  expect(response.headers.get('x-seen')).toBe('yes')
  expect(response.headers.get('set-cookie')).toBe('taste=sweet; Path=/; HttpOnly')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.has('x-ms-invocation-id')).toBe(false)
  expect(await response.json()).toEqual({
    method: 'POST',
    url: `${api}/Things/a%2Fb%20c/%C3%A4?q=1&r=x%20y`,
    params: { id: 'a%2Fb c', kind: 'ä' },
    query: { q: '1', r: 'x y' },
    body: 'grüße',
  })
})

test('an optional parameter may be left out, and the literal route wins over the parameter', async () => {
  const optional = await fetch(`${api}/things/7`, { method: 'PUT', body: '' })
  expect(await optional.json()).toMatchObject({ params: { id: '7' } })
  const literal = await fetch(`${api}/things/special`, { method: 'POST' })
  expect(await literal.text()).toBe('special')
})

test('a constrained parameter matches only what fits, and a catch-all takes the rest', async () => {
  expect(await text('/numbers/-12')).toEqual([200, '-12'])
  expect(await text('/numbers/twelve')).toEqual([404, ''])
  expect(await text('/files/a/b%20c')).toEqual([200, 'a/b c'])
  expect(await text('/files')).toEqual([200, 'none'])
})

test('an unknown path, another method and a disabled function are 404', async () => {
  expect(await text('/nowhere')).toEqual([404, ''])
  expect(await text('/hello', { method: 'POST' })).toEqual([404, ''])
  expect(await text('/off')).toEqual([404, ''])
  expect(host.functions).not.toContain('off')
})

test('bytes pass unchanged in both directions', async () => {
  const response = await fetch(`${api}/bytes`, { method: 'POST', body: new Uint8Array([0, 255, 128, 10]) })
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([10, 128, 255, 0]))
})

test('request and response stream at the same time', async () => {
  const sent = new TransformStream<Uint8Array, Uint8Array>()
  const writer = sent.writable.getWriter()
  const encoder = new TextEncoder()
  void writer.write(encoder.encode('one'))
  const response = await fetch(`${api}/slow-stream`, {
    method: 'POST',
    body: sent.readable,
    duplex: 'half',
  } as RequestInit)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe('got one\n')
  void writer.write(encoder.encode('two'))
  expect((await reader.read()).value).toBe('got two\n')
  await writer.close()
  expect((await reader.read()).done).toBe(true)
})

test('a handler that throws or returns nothing ends as 500, and the log says why', async () => {
  expect(await text('/throws')).toEqual([500, ''])
  expect(await text('/nothing')).toEqual([500, ''])
  await host.logged('on purpose')
  await host.logged('every HTTP handler has to return one')
})

test('an error after the first byte cuts the connection, so that the client can tell', async () => {
  const response = await fetch(`${api}/breaks`)
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
})

test('a body over the limit is 413, whether announced or not', async () => {
  const body = 'x'.repeat(1001)
  expect((await text('/bytes', { method: 'POST', body }))[0]).toBe(413)
  const stream = new Blob([body]).stream()
  expect((await text('/bytes', { method: 'POST', body: stream, duplex: 'half' } as RequestInit))[0]).toBe(413)
  expect((await text('/bytes', { method: 'POST', body: 'x'.repeat(1000) }))[0]).toBe(200)
})

test('the limit is a setting of the app, too', async () => {
  const settings = { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '10' }
  await using other = await spawnFunctionsHost({ app, settings })
  const post = async (body: string) =>
    (await fetch(`${other.url}/api/bytes`, { method: 'POST', body })).status
  expect([await post('x'.repeat(10)), await post('x'.repeat(11))]).toEqual([200, 413])
})

test('host.json can name the functions that run', async () => {
  const settings = { AzureFunctionsJobHost__functions: '["HELLO"]' }
  await using other = await spawnFunctionsHost({ app, settings })
  expect(other.functions).toEqual(['hello'])
  expect((await fetch(`${other.url}/api/bytes`)).status).toBe(404)
})

test('settings given to the host are in the environment of the app', async () => {
  expect(await text('/env')).toEqual([200, 'from settings'])
})

test('what the app logs is structured and carries function and invocation', async () => {
  const [, invocationId] = await text('/logs')
  await host.logged('from console')
  const lines = host
    .logs()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines).toContainEqual(
    expect.objectContaining({
      function: 'logs',
      invocationId,
      severity: 'information',
      message: "a line { of: 'log' }",
    }),
  )
  expect(lines).toContainEqual(
    expect.objectContaining({ invocationId, severity: 'warning', message: 'a warning' }),
  )
  expect(lines).toContainEqual(expect.objectContaining({ category: 'console', message: 'from console' }))
})

test('the trace of the caller is handed on', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  expect(await text('/trace', { headers: { traceparent } })).toEqual([200, traceparent])
  expect((await text('/trace'))[1]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})

test('CORS: a listed origin is let in, a preflight is answered by the host, another origin is not', async () => {
  const listed = await fetch(`${api}/hello`, { headers: { origin: 'https://chat.example' } })
  expect(listed.headers.get('access-control-allow-origin')).toBe('https://chat.example')
  const other = await fetch(`${api}/hello`, { headers: { origin: 'https://evil.example' } })
  expect(other.headers.get('access-control-allow-origin')).toBe(null)
  const preflight = await fetch(`${api}/hello`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://chat.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,x-any',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-methods')).toBe('PUT')
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,x-any')
})

test('a client that goes away in mid-request does not disturb the host', async () => {
  const { port } = host
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /api/bytes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nabc')
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.destroy()
  expect(await text('/hello')).toEqual([200, '{"hello":"world"}'])
})

test('fault rules answer instead of the function, cut the answer, or lose it', async () => {
  const add = (rule: object) =>
    fetch(`${host.url}/_emulator/faults`, {
      method: 'POST',
      body: JSON.stringify({ operation: 'http.hello', count: 1, ...rule }),
    })
  await add({ fault: { kind: 'status', status: 503, headers: { 'retry-after': '1' }, body: { busy: true } } })
  expect(await text('/hello')).toEqual([503, '{"busy":true}'])
  for (const kind of ['drop', 'lose-answer', 'half-answer']) {
    await add({ fault: { kind } })
    await expect(text('/hello')).rejects.toThrow()
  }
  expect(await text('/hello')).toEqual([200, '{"hello":"world"}'])
})

test('webhooks of extensions are refused by name', async () => {
  const response = await fetch(`${host.url}/runtime/webhooks/webpubsub`, { method: 'POST' })
  expect(response.status).toBe(501)
  expect(await response.text()).toContain('webPubSubTrigger')
})

async function text(path: string, init?: RequestInit): Promise<[number, string]> {
  const response = await fetch(`${api}${path}`, init)
  return [response.status, await response.text()]
}
