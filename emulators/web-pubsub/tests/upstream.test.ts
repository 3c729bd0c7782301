// Events to handlers, judged by a handler on plain node:http.
import { createHmac } from 'node:crypto'
import { WebSocket } from 'ws'
import { startWebPubSub, type WebPubSub, type WebPubSubOptions } from '../server.ts'
import { type Answer, type EventHandler, startEventHandler } from './support/event-handler.ts'
import { createManualClock } from './support/manual-clock.ts'
import { connectRaw, type RawClient } from './support/raw-client.ts'
import { clientUrl, connectSdk } from './support/sdk.ts'
import { KEY } from './support/tokens.ts'

const JSON_V1 = 'json.webpubsub.azure.v1'
const JSON_TYPE = { 'content-type': 'application/json' }

function start(handler: EventHandler, options: WebPubSubOptions = {}): Promise<WebPubSub> {
  const systemEvents: ('connect' | 'connected' | 'disconnected')[] = ['connect', 'connected', 'disconnected']
  const eventHandlers = [{ urlTemplate: handler.url, userEventPattern: '*', systemEvents }]
  return startWebPubSub({ port: 0, log: () => {}, hubs: { chat: { eventHandlers } }, ...options })
}

async function connect(emulator: WebPubSub): Promise<RawClient> {
  const client = await connectRaw(await clientUrl(emulator, { userId: 'ann' }), JSON_V1)
  await client.next()
  return client
}

function statusOf(url: string): Promise<number | undefined> {
  const socket = new WebSocket(url, JSON_V1)
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode)
      socket.terminate()
    })
    socket.on('open', () => reject(new Error('It was let in.')))
    socket.on('error', () => {})
  })
}

test('a URL is asked once for its consent before it gets events', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using _a = await connect(emulator)
  using _b = await connect(emulator)
  const asked = handler.requests.filter(({ method }) => method === 'OPTIONS')
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({
    path: '/events/validate',
    headers: { 'webhook-request-origin': '127.0.0.1', 'ce-awpsversion': '1.0' },
  })
  expect(handler.requests[0]!.method).toBe('OPTIONS')
})

test('connect tells everything about the client but its token', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  const url = await clientUrl(emulator, { userId: 'ann', roles: ['r1', 'r2'], groups: ['g'] })
  const socket = new WebSocket(`${url}&a=1&a=2`, [JSON_V1, 'other'], {
    headers: { 'x-test': 'yes', cookie: 'c=d' },
  })
  const event = await handler.event('connect')
  expect(event.headers).toMatchObject({
    'ce-type': 'azure.webpubsub.sys.connect',
    'ce-id': '0',
    'ce-userid': 'ann',
    'content-type': 'application/json; charset=utf-8',
    'ce-time': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  })
  expect(event.headers.cookie).toBe(undefined)
  const body = JSON.parse(String(event.body)) as Record<string, unknown>
  expect(body).toEqual({
    claims: {
      sub: ['ann'],
      role: ['r1', 'r2'],
      'webpubsub.group': ['g'],
      aud: [`${emulator.url}/client/hubs/chat`],
      iat: [expect.stringMatching(/^\d+$/)],
      exp: [expect.stringMatching(/^\d+$/)],
    },
    query: { a: ['1', '2'] },
    headers: expect.objectContaining({ 'x-test': ['yes'], cookie: ['c=d'] }),
    subprotocols: [JSON_V1, 'other'],
    clientCertificates: [],
  })
  const connected = await handler.event('connected')
  expect([connected.headers['ce-id'], String(connected.body)]).toEqual(['1', '{}'])
  socket.close(1000, 'bye')
  const disconnected = await handler.event('disconnected')
  expect([disconnected.headers['ce-id'], String(disconnected.body)]).toEqual(['2', '{"reason":"bye"}'])
})

test.each<[string, Answer, { userId?: string; groups?: string[]; subprotocol?: string }]>([
  ['nothing', {}, { userId: 'ann', groups: ['g'], subprotocol: JSON_V1 }],
  ['null', { body: 'null' }, { userId: 'ann', groups: ['g'] }],
  ['an empty group list', { body: '{"groups":[]}' }, { groups: ['g'] }],
  ['other groups', { body: '{"groups":["x","y"]}' }, { groups: ['x', 'y'] }],
  ['another user', { body: '{"userId":"bob"}' }, { userId: 'bob', groups: ['g'] }],
  ['a subprotocol of its own', { body: '{"subprotocol":"other"}' }, { subprotocol: 'other' }],
])('a connect answer with %s', async (_name, answer, expected) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  handler.answer = ({ headers }) => (headers['ce-eventname'] === 'connect' ? answer : {})
  const url = await clientUrl(emulator, { userId: 'ann', groups: ['g'] })
  using client = await connectRaw(url, [JSON_V1, 'other'])
  await handler.event('connected')
  expect(emulator.connections()).toMatchObject([expected])
  expect(client.socket.protocol).toBe(expected.subprotocol ?? JSON_V1)
})

test.each([
  ['[]', 'Forbidden'],
  ['["webpubsub.sendToGroup"]', undefined],
])('a connect answer with roles %s replaces those of the token', async (roles, error) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  handler.answer = () => ({ headers: JSON_TYPE, body: `{"roles":${roles}}` })
  using client = await connectRaw(await clientUrl(emulator, { roles: ['webpubsub.sendToGroup.g'] }), JSON_V1)
  await client.next()
  client.send({ type: 'sendToGroup', group: 'g', data: 1, ackId: 1 })
  const ack = (await client.next()) as { error?: { name: string } }
  expect(ack.error?.name).toBe(error)
})

test.each([
  [401, 401],
  [403, 403],
  [429, 429],
  [302, 500],
])('a connect answer of %i lets the client in with nothing but %i', async (status, seen) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  handler.answer = () => ({ status })
  expect(await statusOf(await clientUrl(emulator))).toBe(seen)
  expect(handler.events()).toHaveLength(1)
  expect(emulator.connections()).toEqual([])
})

test.each(['{"groups":', '{"groups":"g"}', '{"groups":[" "]}', '"text"', '{"subprotocol":"unoffered"}'])(
  'the malformed connect answer %s is a 500',
  async (body) => {
    await using handler = await startEventHandler()
    await using emulator = await start(handler)
    handler.answer = () => ({ body })
    expect(await statusOf(await clientUrl(emulator))).toBe(500)
  },
)

test('a handler that does not allow the origin gets no event; it is asked again later', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  await using emulator = await start(handler, { clock })
  emulator.faults.add({ operation: 'upstream.validate', fault: { kind: 'status', status: 403 }, count: 1 })
  expect(await statusOf(await clientUrl(emulator))).toBe(500)
  expect(await statusOf(await clientUrl(emulator))).toBe(500)
  expect(handler.requests).toHaveLength(0)
  await clock.advance(1000)
  using client = await connect(emulator)
  expect(client.socket.readyState).toBe(WebSocket.OPEN)
})

test.each([
  ['text', 'hi', 'text/plain; charset=utf-8', 'hi'],
  ['json', { a: [1] }, 'application/json; charset=utf-8', '{"a":[1]}'],
  ['binary', 'AQL/', 'application/octet-stream', '\u0001\u0002\u00ff'],
])('an event of type %s arrives as its raw payload', async (dataType, data, contentType, body) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  client.send({ type: 'event', event: 'e.1', dataType, data, ackId: 1, metadata: { Trace: 'abc' } })
  expect(await client.next()).toEqual({ type: 'ack', ackId: 1, success: true })
  const event = await handler.event('e.1')
  expect(event.headers['content-type']).toBe(contentType)
  expect(event.headers['x-webpubsub-metadata-trace']).toBe('abc')
  expect(event.body.toString('latin1')).toBe(body)
})

test.each([
  ['application/json', '{"a": 1}', { dataType: 'json', data: { a: 1 } }],
  ['text/plain; charset=utf-8', 'häi', { dataType: 'text', data: 'häi' }],
  ['application/octet-stream', '\u0001', { dataType: 'binary', data: 'AQ==' }],
  [undefined, '\u0001', { dataType: 'binary', data: 'AQ==' }],
])('a reply of %s comes before the ack', async (contentType, body, message) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  handler.answer = () =>
    contentType === undefined ? { body } : { body, headers: { 'content-type': contentType } }
  client.send({ type: 'event', event: 'e', data: 1, ackId: 9 })
  expect(await client.next()).toEqual({ type: 'message', from: 'server', ...message })
  expect(await client.next()).toEqual({ type: 'ack', ackId: 9, success: true })
})

test.each([
  ['status 400', { status: 400, body: 'secret' }],
  ['status 429', { status: 429 }],
  ['an unknown content type', { headers: { 'content-type': 'text/html' }, body: '<p>' }],
  ['JSON that is none', { headers: JSON_TYPE, body: '{' }],
])('%s fails the event, once, and the connection lives on', async (_name, answer) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  handler.answer = () => answer
  client.send({ type: 'event', event: 'e', data: 1, ackId: 1 })
  expect(await client.next()).toEqual({
    type: 'ack',
    ackId: 1,
    success: false,
    error: { name: 'InternalServerError', message: 'Internal server error' },
  })
  handler.answer = () => ({})
  client.send({ type: 'event', event: 'e', data: 1, ackId: 1 })
  expect(await client.next()).toEqual({ type: 'ack', ackId: 1, success: true })
  client.send({ type: 'event', event: 'e', data: 1, ackId: 1 })
  expect(await client.next()).toMatchObject({ error: { name: 'Duplicate' } })
  expect(handler.events().filter(({ headers }) => headers['ce-eventname'] === 'e')).toHaveLength(2)
})

test('408, 5xx and a broken connection are asked again after 1, 3 and 5 seconds, with the same id', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  await using emulator = await start(handler, { clock })
  using client = await connect(emulator)
  await handler.event('connected')
  const answers = [{ status: 408 }, { status: 503 }, undefined, {}]
  handler.answer = async () => answers.shift()
  client.send({ type: 'event', event: 'e', data: 1, ackId: 1 })
  for (const ms of [1000, 3000, 5000]) {
    await clock.untilWaiting(1)
    const before = handler.events().length
    await clock.advance(ms - 1)
    expect(handler.events()).toHaveLength(before)
    await clock.advance(1)
  }
  expect(await client.next()).toEqual({ type: 'ack', ackId: 1, success: true })
  const asked = handler.events().filter(({ headers }) => headers['ce-eventname'] === 'e')
  expect(asked.map(({ headers }) => headers['ce-id'])).toEqual(['2', '2', '2', '2'])
})

test('after four attempts the event has failed', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  await using emulator = await start(handler, { clock })
  using client = await connect(emulator)
  await handler.event('connected')
  handler.answer = () => ({ status: 500 })
  client.send({ type: 'event', event: 'e', data: 1, ackId: 1 })
  for (const ms of [1000, 3000, 5000]) {
    await clock.untilWaiting(1)
    await clock.advance(ms)
  }
  expect(await client.next()).toMatchObject({ ackId: 1, error: { name: 'InternalServerError' } })
  expect(handler.events().filter(({ headers }) => headers['ce-eventname'] === 'e')).toHaveLength(4)
})

test('events of one connection run one at a time and in order; pings pass by', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  const waiting: (() => void)[] = []
  let running = 0
  let most = 0
  handler.answer = async ({ headers }) => {
    if (headers['ce-type']?.toString().startsWith('azure.webpubsub.sys.')) return {}
    running++
    most = Math.max(most, running)
    await new Promise<void>((resolve) => waiting.push(resolve))
    running--
    return {}
  }
  for (const ackId of [1, 2, 3]) client.send({ type: 'event', event: `e${ackId}`, data: 1, ackId })
  client.send({ type: 'joinGroup', group: 'g', ackId: 4 })
  client.send({ type: 'ping' })
  expect(await client.next()).toEqual({ type: 'pong' })
  for (const ackId of [1, 2, 3]) {
    await handler.event(`e${ackId}`)
    waiting.shift()!()
    expect(await client.next()).toEqual({ type: 'ack', ackId, success: true })
  }
  expect(await client.next()).toMatchObject({ ackId: 4, error: { name: 'Forbidden' } })
  expect(most).toBe(1)
})

test('state and cookies set by a blocking answer come back with later events', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  handler.answer = ({ headers }): Answer => {
    const name = headers['ce-eventname']
    if (name === 'connect') {
      return {
        status: 204,
        headers: { 'ce-connectionState': 'c3RhdGU=', 'set-cookie': ['a=1; Path=/', 'b=2'] },
      }
    }
    return name === 'change'
      ? { headers: { 'ce-connectionState': 'bmV3' } }
      : { headers: { 'ce-connectionState': 'no' } }
  }
  using client = await connect(emulator)
  const connected = await handler.event('connected')
  expect(connected.headers).toMatchObject({ 'ce-connectionstate': 'c3RhdGU=', cookie: 'a=1; b=2' })
  client.send({ type: 'event', event: 'change', data: 1, ackId: 1 })
  await client.next()
  expect((await handler.event('change')).headers['ce-connectionstate']).toBe('c3RhdGU=')
  client.socket.close(1000)
  expect((await handler.event('disconnected')).headers['ce-connectionstate']).toBe('bmV3')
})

test('both keys sign', async () => {
  await using handler = await startEventHandler()
  const secondaryKey = 'secondary-secondary-secondary-secondary'
  await using emulator = await start(handler, { secondaryKey })
  using _client = await connect(emulator)
  const { headers } = await handler.event('connect')
  const id = String(headers['ce-connectionid'])
  const sign = (key: string): string => `sha256=${createHmac('sha256', key).update(id).digest('hex')}`
  expect(headers['ce-signature']).toBe(`${sign(KEY)},${sign(secondaryKey)}`)
})

test('the first handler that takes an event gets it', async () => {
  await using handler = await startEventHandler()
  const urlTemplate = (name: string): string => handler.url.replace('/events/', `/${name}/{hub}/`)
  const eventHandlers = [
    { urlTemplate: urlTemplate('first'), userEventPattern: 'a, room.*' },
    { urlTemplate: urlTemplate('second'), userEventPattern: '**' },
  ]
  await using emulator = await start(handler, { hubs: { chat: { eventHandlers } } })
  using client = await connect(emulator)
  for (const [ackId, event] of ['a', 'room.x', 'room.x.y', 'B'].entries()) {
    client.send({ type: 'event', event, data: 1, ackId })
    await client.next()
  }
  expect(handler.events().map(({ path }) => path)).toEqual([
    '/first/chat/a',
    '/first/chat/room.x',
    '/second/chat/room.x.y',
    '/second/chat/B',
  ])
  emulator.setHub('chat', { eventHandlers: [] })
  client.send({ type: 'event', event: 'a', data: 1, ackId: 10 })
  expect(await client.next()).toMatchObject({ ackId: 10, success: false })
})

test('frames of a simple client are events named message; a failed one closes it with 1011', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connectRaw(await clientUrl(emulator))
  handler.answer = ({ body }) => ({ headers: { 'content-type': 'text/plain' }, body: `echo ${body}` })
  client.sendText('hi')
  expect(await client.next()).toBe('echo hi')
  expect((await handler.event('message')).headers['content-type']).toBe('text/plain; charset=utf-8')
  handler.answer = () => ({ status: 400 })
  client.sendText('again')
  expect((await client.closed).code).toBe(1011)
})

test('events of many connections share few sockets to the handler', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using ann = await connectSdk(emulator)
  for (let n = 0; n < 50; n++) await ann.client.sendEvent('e', 'x', 'text')
  expect(handler.sockets()).toBeLessThanOrEqual(2)
})

test('an answer with two connection states is against the rules: the event fails, the state stays', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  handler.answer = () => ({ headers: { 'ce-connectionState': 'one' } })
  using client = await connect(emulator)
  handler.answer = () => ({ headers: { 'ce-connectionState': ['two', 'three'] } })
  client.send({ type: 'event', event: 'e', data: 1, ackId: 1 })
  expect(await client.next()).toMatchObject({ ackId: 1, error: { name: 'InternalServerError' } })
  expect(await statusOf(await clientUrl(emulator))).toBe(500)
  handler.answer = () => ({ status: 400, headers: { 'ce-connectionState': 'refused' } })
  client.send({ type: 'event', event: 'f', data: 1, ackId: 2 })
  await client.next()
  handler.answer = () => ({ headers: { 'ce-connectionState': '' } })
  for (const event of ['g', 'h']) client.send({ type: 'event', event, data: 1 })
  expect((await handler.event('g')).headers['ce-connectionstate']).toBe('one')
  expect((await handler.event('h')).headers['ce-connectionstate']).toBe(undefined)
})

test('metadata goes to the handler and comes back with its reply', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  handler.answer = ({ headers }) => ({
    headers: {
      'content-type': 'text/plain',
      'X-WebPubSub-Metadata-Echo': String(headers['x-webpubsub-metadata-trace-id']),
    },
    body: 'hi',
  })
  client.send({ type: 'event', event: 'e', data: 1, metadata: { 'Trace-Id': 'abc' } })
  expect(await client.next()).toEqual({
    type: 'message',
    from: 'server',
    dataType: 'text',
    data: 'hi',
    metadata: { echo: 'abc' },
  })
})

test('a handler that does not answer within 100 seconds has failed, and is not asked again', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  await using emulator = await start(handler, { clock })
  using client = await connect(emulator)
  await handler.event('connected')
  handler.answer = () => new Promise(() => {})
  client.send({ type: 'event', event: 'e', data: 1, ackId: 1 })
  await handler.event('e')
  await clock.advance(99_999)
  client.send({ type: 'ping' })
  expect(await client.next()).toEqual({ type: 'pong' })
  await clock.advance(1)
  expect(await client.next()).toMatchObject({ ackId: 1, error: { name: 'InternalServerError' } })
  await clock.advance(60_000)
  expect(handler.events().filter(({ headers }) => headers['ce-eventname'] === 'e')).toHaveLength(1)
})
