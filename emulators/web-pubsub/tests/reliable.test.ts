// The reliable protocol: sequence ids, acknowledgement, recovery and its limits.

import { createManualClock } from '../../kit/manual-clock.ts'
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { startEventHandler } from './support/event-handler.ts'
import { connectRaw, type RawClient } from './support/raw-client.ts'
import { clientUrl, connectSdk, serviceClient } from './support/sdk.ts'

const RELIABLE_V1 = 'json.reliable.webpubsub.azure.v1'

interface Session {
  client: RawClient
  connectionId: string
  recoveryUrl: string
}

async function connect(emulator: WebPubSub, groups: string[] = []): Promise<Session> {
  const client = await connectRaw(await clientUrl(emulator, { userId: 'ann', groups }), RELIABLE_V1)
  const { connectionId, reconnectionToken } = (await client.next()) as Record<string, string>
  return {
    client,
    connectionId: connectionId!,
    recoveryUrl: recoveryUrl(emulator, connectionId!, reconnectionToken!),
  }
}

const recoveryUrl = (emulator: WebPubSub, id: string, token: string): string =>
  `${emulator.url.replace('http', 'ws')}/client/hubs/chat?awps_connection_id=${id}&awps_reconnection_token=${token}`

/** Cuts the socket and resolves when the client has noticed. */
async function cut(emulator: WebPubSub, { client, connectionId }: Session): Promise<void> {
  emulator.dropConnection(connectionId)
  await client.closed
}

test('messages are numbered from 1; after a cut the unacknowledged come again, in order, without access token', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const group = serviceClient(emulator).group('g')
  const session = await connect(emulator, ['g'])
  for (const n of [1, 2, 3]) await group.sendToAll({ n })
  for (const n of [1, 2, 3]) {
    expect(await session.client.next()).toEqual({
      sequenceId: n,
      type: 'message',
      from: 'group',
      group: 'g',
      dataType: 'json',
      data: { n },
    })
  }
  session.client.send({ type: 'sequenceAck', sequenceId: 2 })
  session.client.send({ type: 'ping' })
  await session.client.next()
  expect(emulator.connections()).toMatchObject([{ unacked: 1, online: true }])
  await cut(emulator, session)
  await group.sendToAll({ n: 4 })
  expect(emulator.connections()).toMatchObject([{ unacked: 2, online: false, groups: ['g'] }])

  using again = await connectRaw(session.recoveryUrl, RELIABLE_V1)
  expect(await again.next()).toEqual({
    type: 'system',
    event: 'connected',
    userId: 'ann',
    connectionId: session.connectionId,
    reconnectionToken: expect.any(String),
  })
  expect([await again.next(), await again.next()]).toMatchObject([
    { sequenceId: 3, data: { n: 3 } },
    { sequenceId: 4, data: { n: 4 } },
  ])
  await group.sendToAll({ n: 5 })
  expect(await again.next()).toMatchObject({ sequenceId: 5 })
  expect(again.pending()).toBe(0)
})

test('an old socket is cut when its connection is recovered elsewhere', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const session = await connect(emulator)
  using again = await connectRaw(session.recoveryUrl, RELIABLE_V1)
  await again.next()
  expect((await session.client.closed).code).toBe(1006)
  await serviceClient(emulator).sendToUser('ann', 'x')
  expect(await again.next()).toMatchObject({ sequenceId: 1 })
})

test('refused recovery: accepted, then closed with 1008', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const session = await connect(emulator)
  const other = await connect(emulator)
  const token = new URL(other.recoveryUrl).searchParams.get('awps_reconnection_token')!
  const attempts = [
    recoveryUrl(emulator, session.connectionId, token),
    recoveryUrl(emulator, session.connectionId, 'x'),
    recoveryUrl(emulator, 'unknown', token),
    session.recoveryUrl.replace('/hubs/chat', '/hubs/other'),
    session.recoveryUrl.replace(/&awps_reconnection_token=.*/, ''),
  ]
  for (const url of attempts) expect((await (await connectRaw(url, RELIABLE_V1)).closed).code).toBe(1008)
  expect(emulator.connections()).toMatchObject([{ online: true }, { online: true }])
  session.client.socket.terminate()
  other.client.socket.terminate()
})

test('a connection goes on with the subprotocol it began with, even when none is offered', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const session = await connect(emulator)
  await cut(emulator, session)
  using back = await connectRaw(session.recoveryUrl.replace('/hubs/chat', '/hubs/CHAT'))
  expect(await back.next()).toMatchObject({ event: 'connected', connectionId: session.connectionId })
  expect(emulator.connections()).toMatchObject([{ subprotocol: RELIABLE_V1, online: true }])
})

test('after 30 seconds without a socket the connection is gone, and only then is it reported', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  const eventHandlers = [{ urlTemplate: handler.url, systemEvents: ['connected', 'disconnected'] as const }]
  await using emulator = await startWebPubSub({
    port: 0,
    clock,
    hubs: {
      chat: { eventHandlers: eventHandlers.map((one) => ({ ...one, systemEvents: [...one.systemEvents] })) },
    },
  })
  const session = await connect(emulator, ['g'])
  await handler.event('connected')
  await cut(emulator, session)
  await clock.advance(29_999)
  const back = await connectRaw(session.recoveryUrl, RELIABLE_V1)
  const { reconnectionToken } = (await back.next()) as { reconnectionToken: string }
  await clock.advance(60_000)
  expect(emulator.connections()).toMatchObject([{ online: true }])
  emulator.dropConnection(session.connectionId)
  await back.closed
  expect(handler.events()).toHaveLength(1)
  await clock.advance(30_000)
  expect(emulator.connections()).toEqual([])
  const { body } = await handler.event('disconnected')
  expect(JSON.parse(String(body))).toEqual({ reason: 'The connection recovery timeout expired.' })
  expect(handler.events().map(({ headers }) => headers['ce-eventname'])).toEqual([
    'connected',
    'disconnected',
  ])
  const late = await connectRaw(recoveryUrl(emulator, session.connectionId, reconnectionToken), RELIABLE_V1)
  expect((await late.closed).code).toBe(1008)
})

test('a normal closure by the client is final; any other leaves it recoverable', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const final = await connect(emulator)
  final.client.socket.close(1000, 'done')
  await final.client.closed
  expect(emulator.connections()).toEqual([])
  const vague = await connect(emulator)
  vague.client.socket.close()
  await vague.client.closed
  expect(emulator.connections()).toMatchObject([{ online: false }])
})

test('more than a thousand unacknowledged messages end the connection with 1008', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const session = await connect(emulator, ['g'])
  using sender = await connectRaw(
    await clientUrl(emulator, { roles: ['webpubsub.sendToGroup'] }),
    RELIABLE_V1,
  )
  await sender.next()
  const send = async (count: number): Promise<void> => {
    for (let n = 1; n <= count; n++) sender.send({ type: 'sendToGroup', group: 'g', data: n, ackId: sent++ })
    for (let n = 1; n <= count; n++) expect(await sender.next()).toMatchObject({ success: true })
  }
  let sent = 1
  await send(600)
  session.client.send({ type: 'sequenceAck', sequenceId: 500 })
  session.client.send({ type: 'ping' })
  for (let n = 0; n < 601; n++) await session.client.next()
  await send(900)
  expect(emulator.connections()[0]).toMatchObject({ unacked: 1000 })
  await send(1)
  expect((await session.client.closed).code).toBe(1008)
  const late = await connectRaw(session.recoveryUrl, RELIABLE_V1)
  expect((await late.closed).code).toBe(1008)
})

test('more than 16 MB unacknowledged end the connection with 1008', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const session = await connect(emulator)
  const service = serviceClient(emulator)
  const megabyte = 'x'.repeat(1024 * 1024 - 100)
  await cut(emulator, session)
  for (let n = 0; n < 16; n++) await service.sendToUser('ann', megabyte, { contentType: 'text/plain' })
  expect(emulator.connections()).toMatchObject([{ unacked: 16 }])
  await service.sendToUser('ann', megabyte, { contentType: 'text/plain' })
  expect(emulator.connections()).toEqual([])
})

test('a message whose time is over is not sent again', async () => {
  const clock = createManualClock()
  await using emulator = await startWebPubSub({ port: 0, clock })
  const service = serviceClient(emulator)
  const session = await connect(emulator)
  await cut(emulator, session)
  await service.sendToUser('ann', 'short', { messageTtlSeconds: 10 })
  await service.sendToUser('ann', 'long', { messageTtlSeconds: 20 })
  await service.sendToUser('ann', 'ever', { messageTtlSeconds: 0 })
  await clock.advance(10_000)
  using again = await connectRaw(session.recoveryUrl, RELIABLE_V1)
  await again.next()
  expect([await again.next(), await again.next()]).toMatchObject([
    { sequenceId: 2, data: 'long' },
    { sequenceId: 3, data: 'ever' },
  ])
})

test('an acked operation stays acked across recovery', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const client = await connectRaw(
    await clientUrl(emulator, { roles: ['webpubsub.joinLeaveGroup'] }),
    RELIABLE_V1,
  )
  const { connectionId, reconnectionToken } = (await client.next()) as Record<string, string>
  client.send({ type: 'joinGroup', group: 'g', ackId: 1 })
  await client.next()
  client.socket.terminate()
  using again = await connectRaw(recoveryUrl(emulator, connectionId!, reconnectionToken!), RELIABLE_V1)
  await again.next()
  again.send({ type: 'joinGroup', group: 'g', ackId: 1 })
  expect(await again.next()).toMatchObject({ ackId: 1, error: { name: 'Duplicate' } })
})

test('the SDK recovers from cut sockets without losing or doubling a message', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const group = serviceClient(emulator).group('g')
  using ann = await connectSdk(emulator, { userId: 'ann', groups: ['g'] })
  let connected = 0
  ann.client.on('connected', () => connected++)
  for (let n = 1; n <= 60; n++) {
    await group.sendToAll({ n })
    if (n % 20 === 0) emulator.dropConnection(ann.connectionId)
  }
  await ann.received(60)
  expect(ann.messages.map(({ sequenceId }) => sequenceId)).toEqual(
    Array.from({ length: 60 }, (_, i) => i + 1),
  )
  expect(ann.messages.map(({ data }) => data)).toEqual(Array.from({ length: 60 }, (_, i) => ({ n: i + 1 })))
  expect(connected).toBe(0)
  expect(emulator.connections()).toMatchObject([{ connectionId: ann.connectionId, groups: ['g'] }])
})

test('the SDK acknowledges what it has received', async () => {
  let acknowledged = (): void => {}
  const done = new Promise<void>((resolve) => {
    acknowledged = resolve
  })
  await using emulator = await startWebPubSub({
    port: 0,
    log: (_level, event) => event === 'acknowledged' && acknowledged(),
  })
  using ann = await connectSdk(emulator)
  await serviceClient(emulator).sendToAll('x')
  await ann.received(1)
  await done
  expect(emulator.connections()).toMatchObject([{ unacked: 0, online: true }])
})

test('1008 makes the SDK give up the connection', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator)
  const stopped = new Promise<void>((resolve) => ann.client.on('stopped', () => resolve()))
  emulator.dropConnection(ann.connectionId, 1008)
  await stopped
  expect(emulator.connections()).toEqual([])
})
