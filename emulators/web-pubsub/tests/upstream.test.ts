// Events to handlers, judged by a handler on plain node:http.

import { createManualClock } from '../../kit/manual-clock.ts'
import { type Answer, startEventHandler } from './support/event-handler.ts'
import { connect, JSON_TYPE, start, statusOf } from './support/handled.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl, connectSdk } from './support/sdk.ts'

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

test('acks and pings pass by a thousand waiting events; beyond 16 MiB the socket is read again once half is done', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  const opened = Promise.withResolvers<Answer>()
  handler.answer = () => opened.promise
  for (let ackId = 1; ackId <= 1_000; ackId++) client.send({ type: 'event', event: 'e', data: 1, ackId })
  client.send({ type: 'ping' })
  expect(await client.next()).toEqual({ type: 'pong' })

  const large = 'x'.repeat(900_000)
  for (let ackId = 1_001; ackId <= 1_020; ackId++)
    client.send({ type: 'event', event: 'e', data: large, ackId })
  client.send({ type: 'ping' })
  opened.resolve({})
  const answers: { type?: string; ackId?: number }[] = []
  while (answers.length < 1_021) answers.push((await client.next()) as object)
  expect(answers.filter(({ type }) => type === 'pong')).toHaveLength(1)
  expect(answers.filter(({ type }) => type === 'ack').map(({ ackId }) => ackId)).toEqual(
    Array.from({ length: 1_020 }, (_, i) => i + 1),
  )
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
