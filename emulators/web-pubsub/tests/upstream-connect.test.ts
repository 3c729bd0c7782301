// Before events: a handler's consent, and what its answer to connect makes of a client.
import { createHmac } from 'node:crypto'
import { WebSocket } from 'ws'
import { createManualClock } from '../../kit/manual-clock.ts'
import { type Answer, startEventHandler } from './support/event-handler.ts'
import { connect, JSON_TYPE, JSON_V1, start, statusOf } from './support/handled.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl } from './support/sdk.ts'
import { KEY } from './support/tokens.ts'

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
  expect(connected.headers['x-ms-client-request-id']).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
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
