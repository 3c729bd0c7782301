// Invocations: an event whose answer comes back to the caller.

import { createManualClock } from '../../kit/manual-clock.ts'
import { startWebPubSub, type WebPubSub, type WebPubSubOptions } from '../server.ts'
import { type EventHandler, startEventHandler } from './support/event-handler.ts'
import { connectRaw, type RawClient } from './support/raw-client.ts'
import { clientUrl, connectSdk } from './support/sdk.ts'

const JSON_V1 = 'json.webpubsub.azure.v1'

const start = (handler: EventHandler, options: WebPubSubOptions = {}): Promise<WebPubSub> =>
  startWebPubSub({
    port: 0,
    log: () => {},
    hubs: { chat: { eventHandlers: [{ urlTemplate: handler.url, userEventPattern: 'order' }] } },
    ...options,
  })

async function connect(emulator: WebPubSub): Promise<RawClient> {
  const client = await connectRaw(await clientUrl(emulator, { userId: 'ann' }), JSON_V1)
  await client.next()
  return client
}

test.each([
  ['json', { id: 1 }, 'application/json', '{"price":7}', { price: 7 }],
  ['text', 'one', 'text/plain', 'seven', 'seven'],
  ['binary', new Uint8Array([1]).buffer, 'application/octet-stream', '\u0007', new Uint8Array([7]).buffer],
] as const)(
  'the SDK invokes an event with %s and gets its answer',
  async (type, sent, mime, body, received) => {
    await using handler = await startEventHandler()
    await using emulator = await start(handler)
    handler.answer = () => ({ headers: { 'content-type': mime }, body })
    using ann = await connectSdk(emulator, { userId: 'ann' })
    expect(await ann.client.invokeEvent('order', sent, type)).toEqual({
      invocationId: '1',
      dataType: type,
      data: received,
    })
    expect((await handler.event('order')).headers).toMatchObject({
      'ce-type': 'azure.webpubsub.user.order',
      'ce-userid': 'ann',
    })
    expect(ann.messages).toEqual([])
  },
)

test('the frames: data may be missing on both sides, metadata passes through', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  client.send({ type: 'invoke', invocationId: 'a', target: 'event', event: 'order' })
  expect(await client.next()).toEqual({ type: 'invokeResponse', invocationId: 'a', success: true })
  expect(String((await handler.event('order')).body)).toBe('')
  handler.answer = () => ({
    headers: { 'content-type': 'text/plain', 'x-webpubsub-metadata-trace': 't' },
    body: 'x',
  })
  client.send({ type: 'invoke', invocationId: 'b', event: 'order', data: 1, metadata: { trace: 's' } })
  expect(await client.next()).toEqual({
    type: 'invokeResponse',
    invocationId: 'b',
    success: true,
    dataType: 'text',
    data: 'x',
    metadata: { trace: 't' },
  })
  expect((await handler.event('order', 2)).headers['x-webpubsub-metadata-trace']).toBe('s')
})

test('an event nobody handles or that fails rejects with its error, at once', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using ann = await connectSdk(emulator)
  const failed = {
    name: 'InvocationError',
    invocationId: '1',
    errorDetail: { name: 'InternalServerError', message: 'Internal server error' },
  }
  await expect(ann.client.invokeEvent('other', 'x', 'text')).rejects.toMatchObject(failed)
  handler.answer = () => ({ status: 400 })
  await expect(ann.client.invokeEvent('order', 'x', 'text')).rejects.toMatchObject({
    ...failed,
    invocationId: '2',
  })
})

test('what the chat of the service would answer is refused by its name', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using ann = await connectSdk(emulator)
  const message = 'The chat of the service (preview) is not implemented by this emulator.'
  await expect(ann.client.invokeEvent('chat.login', {}, 'json')).rejects.toMatchObject({
    errorDetail: { name: 'InternalServerError', message },
  })
})

test('a cancelled invocation gives up its request, is not answered and holds nothing back', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  let finish = (): void => {}
  handler.answer = () =>
    new Promise((resolve) => {
      finish = () => resolve({})
    })
  client.send({ type: 'invoke', invocationId: 'a', event: 'order', data: 1 })
  client.send({ type: 'invoke', invocationId: 'b', event: 'order', data: 2 })
  client.send({ type: 'invoke', invocationId: 'c', event: 'order', data: 3 })
  await handler.event('order', 1)
  client.send({ type: 'cancelInvocation', invocationId: 'b' })
  client.send({ type: 'cancelInvocation', invocationId: 'a' })
  client.send({ type: 'cancelInvocation', invocationId: 'unknown' })
  await handler.event('order', 2)
  finish()
  expect(await client.next()).toEqual({ type: 'invokeResponse', invocationId: 'c', success: true })
  expect(handler.events().map(({ body }) => String(body))).toEqual(['1', '3'])
})

test('the id of a cancelled invocation that still waited is free again', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  let finish = (): void => {}
  handler.answer = ({ body }) =>
    String(body) === '1'
      ? new Promise((resolve) => {
          finish = () => resolve({})
        })
      : { headers: { 'content-type': 'application/json' }, body }
  client.send({ type: 'invoke', invocationId: 'a', event: 'order', data: 1 })
  client.send({ type: 'invoke', invocationId: 'b', event: 'order', data: 2 })
  client.send({ type: 'cancelInvocation', invocationId: 'b' })
  client.send({ type: 'invoke', invocationId: 'b', event: 'order', data: 3 })
  client.send({ type: 'ping' })
  expect(await client.next()).toEqual({ type: 'pong' })
  await handler.event('order')
  finish()
  expect([await client.next(), await client.next()]).toMatchObject([
    { invocationId: 'a', success: true },
    { invocationId: 'b', success: true, data: 3 },
  ])
  expect(handler.events()).toHaveLength(2)
})

test('a cancelled invocation does not wait for a repeated attempt', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  await using emulator = await start(handler, { clock })
  using client = await connect(emulator)
  handler.answer = () => ({ status: 503 })
  client.send({ type: 'invoke', invocationId: 'a', event: 'order', data: 1 })
  await clock.untilWaiting(1)
  handler.answer = () => ({})
  client.send({ type: 'cancelInvocation', invocationId: 'a' })
  client.send({ type: 'invoke', invocationId: 'b', event: 'order', data: 2 })
  expect(await client.next()).toEqual({ type: 'invokeResponse', invocationId: 'b', success: true })
})

test('the SDK cancels by its abort signal', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using ann = await connectSdk(emulator)
  handler.answer = () => new Promise(() => {})
  const abort = new AbortController()
  const invoked = ann.client.invokeEvent('order', 'x', 'text', { abortSignal: abort.signal })
  await handler.event('order')
  abort.abort()
  await expect(invoked).rejects.toMatchObject({ message: 'Invocation cancelled by abortSignal.' })
  handler.answer = () => ({ headers: { 'content-type': 'text/plain' }, body: 'next' })
  expect(await ann.client.invokeEvent('order', 'x', 'text')).toMatchObject({ data: 'next' })
})

test('an invocation id serves one invocation at a time', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  let finish = (): void => {}
  handler.answer = () =>
    new Promise((resolve) => {
      finish = () => resolve({})
    })
  client.send({ type: 'invoke', invocationId: 'a', event: 'order', data: 1 })
  await handler.event('order')
  client.send({ type: 'invoke', invocationId: 'a', event: 'order', data: 1 })
  expect(await client.next()).toEqual({
    type: 'invokeResponse',
    invocationId: 'a',
    success: false,
    error: { name: 'BadRequest', message: 'There is an invocation with this id already.' },
  })
  finish()
  expect(await client.next()).toEqual({ type: 'invokeResponse', invocationId: 'a', success: true })
})

test.each([
  ['no id', '{"type":"invoke","event":"order"}'],
  ['another target', '{"type":"invoke","invocationId":"a","target":"group","event":"order"}'],
  ['no event', '{"type":"invoke","invocationId":"a"}'],
])('an invocation with %s closes the connection with 1007', async (_name, frame) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler)
  using client = await connect(emulator)
  client.sendText(frame)
  expect((await client.closed).code).toBe(1007)
})
