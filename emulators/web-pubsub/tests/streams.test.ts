// Streams from a client to a group.
import type { GroupStream } from '@azure/web-pubsub-client'
import { createManualClock } from '../../kit/manual-clock.ts'
import { startWebPubSub } from '../server.ts'
import { connectRaw, type RawClient } from './support/raw-client.ts'
import { clientUrl, connectSdk, serviceClient } from './support/sdk.ts'

const JSON_V1 = 'json.webpubsub.azure.v1'
const SENDER = { userId: 'ann', roles: ['webpubsub.sendToGroup'] }

async function connect(url: Promise<string>): Promise<RawClient> {
  const client = await connectRaw(await url, JSON_V1)
  await client.next()
  return client
}

async function collect(stream: GroupStream): Promise<unknown[]> {
  const parts: unknown[] = []
  for await (const { data } of stream) parts.push(data)
  return parts
}

test('the SDK writes a stream and another client reads it to its end', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator, SENDER)
  using bob = await connectSdk(emulator, { groups: ['g'] })
  const read = new Promise<unknown[]>((resolve) => bob.client.onGroupStream((s) => resolve(collect(s))))
  const writer = await ann.client.openGroupStream('g')
  await writer.write('one', 'text')
  await writer.write({ two: 2 }, 'json')
  await writer.write(new Uint8Array([3]).buffer, 'binary')
  await writer.end()
  expect(await read).toEqual(['one', { two: 2 }, new Uint8Array([3]).buffer])
})

test('an aborted stream ends with an error for its readers', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator, SENDER)
  using bob = await connectSdk(emulator, { groups: ['g'] })
  const read = new Promise<unknown[]>((resolve, reject) =>
    bob.client.onGroupStream((stream) => collect(stream).then(resolve, reject)),
  )
  const writer = await ann.client.openGroupStream('g')
  await writer.write('one', 'text')
  await writer.abort({ message: 'no more', userErrorCode: 'e1' })
  await expect(read).rejects.toEqual({ name: 'UserError', message: 'no more', userErrorCode: 'e1' })
})

test('without permission the SDK cannot open a stream', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator)
  await expect(ann.client.openGroupStream('g')).rejects.toMatchObject({ name: 'Forbidden' })
  using raw = await connect(clientUrl(emulator))
  raw.send({ type: 'sendToGroup', group: 'g', stream: { streamId: 's' }, ackId: 1 })
  expect([await raw.next(), await raw.next()]).toMatchObject([
    { type: 'streamClosed', error: { name: 'Forbidden' } },
    { type: 'ack', ackId: 1, success: false, error: { name: 'Forbidden' } },
  ])
})

test('a stream goes on after a lost connection, no part lost or doubled', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator, SENDER)
  using bob = await connectSdk(emulator, { groups: ['g'] })
  const read = new Promise<unknown[]>((resolve) => bob.client.onGroupStream((s) => resolve(collect(s))))
  const writer = await ann.client.openGroupStream('g')
  for (let n = 1; n <= 30; n++) {
    if (n % 10 === 0) emulator.dropConnection(ann.connectionId)
    await writer.write(n, 'json')
  }
  await writer.end()
  expect(await read).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
})

test('the frames: parts are acknowledged, repeated ones not delivered again, gaps refused', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connect(clientUrl(emulator, { ...SENDER, groups: ['g'] }))
  using bob = await connect(clientUrl(emulator, { groups: ['g'] }))
  ann.send({ type: 'sendToGroup', group: 'g', noEcho: true, stream: { streamId: 's' }, ackId: 1 })
  expect(await ann.next()).toEqual({ type: 'streamAck', streamId: 's', expectedSequenceId: 1 })
  expect(await ann.next()).toEqual({ type: 'ack', ackId: 1, success: true })
  const part = { type: 'streamData', streamId: 's', streamSequenceId: 1, dataType: 'text', data: 'x' }
  for (const streamSequenceId of [1, 1, 3]) ann.send({ ...part, streamSequenceId })
  expect([await ann.next(), await ann.next(), await ann.next()]).toEqual([
    { type: 'streamAck', streamId: 's', expectedSequenceId: 2 },
    { type: 'streamAck', streamId: 's', expectedSequenceId: 2 },
    {
      type: 'streamNack',
      streamId: 's',
      expectedSequenceId: 2,
      name: 'InvalidSequenceId',
      message: 'Part 2 must come next.',
    },
  ])
  ann.send({ type: 'streamEnd', streamId: 's' })
  expect(await ann.next()).toEqual({ type: 'streamClosed', streamId: 's' })
  const message = { type: 'message', from: 'group', fromUserId: 'ann', group: 'g', dataType: 'text' }
  expect([await bob.next(), await bob.next()]).toEqual([
    { ...message, data: 'x', stream: { streamId: 's', streamSequenceId: 1 } },
    { ...message, data: '', stream: { streamId: 's', streamSequenceId: 2, endOfStream: true } },
  ])
  ann.send({ ...part, streamSequenceId: 2 })
  expect(await ann.next()).toEqual({
    type: 'streamClosed',
    streamId: 's',
    error: { name: 'StreamNotFound', message: 'There is no open stream s.' },
  })
})

test('a silent stream ends when its time is over; a keep-alive gives it more', async () => {
  const clock = createManualClock()
  await using emulator = await startWebPubSub({ port: 0, clock })
  using ann = await connect(clientUrl(emulator, SENDER))
  using bob = await connect(clientUrl(emulator, { groups: ['g'] }))
  ann.send({ type: 'sendToGroup', group: 'g', stream: { streamId: 's', idleTimeoutMs: 1000 } })
  await ann.next()
  await clock.advance(999)
  ann.send({ type: 'streamData', streamId: 's' })
  ann.send({ type: 'ping' })
  await ann.next()
  await clock.advance(999)
  expect(ann.pending()).toBe(0)
  await clock.advance(1)
  const error = { name: 'IdleTimeout', message: 'Nothing came for 1000 milliseconds.' }
  expect(await ann.next()).toEqual({ type: 'streamClosed', streamId: 's', error })
  expect(await bob.next()).toMatchObject({ stream: { endOfStream: true, error } })
})

test('a stream ends with its connection', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connect(clientUrl(emulator, SENDER))
  using bob = await connect(clientUrl(emulator, { groups: ['g'] }))
  ann.send({ type: 'sendToGroup', group: 'g', stream: { streamId: 's' } })
  await ann.next()
  await serviceClient(emulator).closeUserConnections('ann')
  expect(await bob.next()).toMatchObject({
    stream: { streamId: 's', streamSequenceId: 1, endOfStream: true, error: { name: 'InternalServerError' } },
  })
})

test.each([
  ['data in its start', '{"type":"sendToGroup","group":"g","stream":{"streamId":"s"},"data":1}'],
  ['no id', '{"type":"sendToGroup","group":"g","stream":{}}'],
  ['a part without number', '{"type":"streamData","streamId":"s","data":1}'],
  ['part number 0', '{"type":"streamData","streamId":"s","streamSequenceId":0,"data":1}'],
])('a stream with %s closes the connection with 1007', async (_name, frame) => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connect(clientUrl(emulator, SENDER))
  ann.sendText(frame)
  expect((await ann.closed).code).toBe(1007)
})
