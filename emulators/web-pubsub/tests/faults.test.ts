// Faults on every side: REST, events, sockets.

import { createManualClock } from '../../kit/manual-clock.ts'
import { startWebPubSub } from '../server.ts'
import { startEventHandler } from './support/event-handler.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl, connectSdk, serviceClient } from './support/sdk.ts'

test('a REST operation fails as told, by its name', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const service = serviceClient(emulator)
  emulator.faults.add({ operation: 'group.send', fault: { kind: 'status', status: 429 }, count: 1 })
  await service.sendToUser('u', 'x')
  await expect(service.group('g').sendToAll('x')).rejects.toMatchObject({ statusCode: 429 })
  await service.group('g').sendToAll('x')
})

test('a lost answer: the send has happened, the caller does not know', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator)
  emulator.faults.add({ operation: 'hub.send', fault: { kind: 'lose-answer' }, count: 1 })
  await expect(serviceClient(emulator).sendToAll('x')).rejects.toThrow()
  await ann.received(1)
  expect(ann.messages).toHaveLength(1)
})

test('faults can be set over HTTP', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  const rule = { operation: 'user.*', fault: { kind: 'status', status: 503 }, count: 1 }
  await fetch(`${emulator.url}/_emulator/faults`, { method: 'POST', body: JSON.stringify(rule) })
  await expect(serviceClient(emulator).userExists('u')).rejects.toMatchObject({ statusCode: 503 })
  expect(await serviceClient(emulator).userExists('u')).toBe(false)
})

test('an event is dropped, answered for the handler, or its answer lost and asked again', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  const eventHandlers = [{ urlTemplate: handler.url, userEventPattern: '*' }]
  await using emulator = await startWebPubSub({
    port: 0,
    clock,
    log: () => {},
    hubs: { chat: { eventHandlers } },
  })
  using ann = await connectSdk(emulator)
  emulator.faults.add({ operation: 'upstream.user', fault: { kind: 'status', status: 400 }, count: 1 })
  await expect(ann.client.sendEvent('e', 'x', 'text')).rejects.toMatchObject({
    errorDetail: { name: 'InternalServerError' },
  })
  expect(handler.events()).toHaveLength(0)
  emulator.faults.add({ operation: 'upstream.user', fault: { kind: 'drop' }, count: 1 })
  emulator.faults.add({ operation: 'upstream.user', fault: { kind: 'lose-answer' }, count: 1 })
  const sent = ann.client.sendEvent('e', 'x', 'text')
  await clock.untilWaiting(1)
  await clock.advance(1000)
  await clock.untilWaiting(1)
  expect(handler.events()).toHaveLength(1)
  await clock.advance(3000)
  await sent
  expect(handler.events()).toHaveLength(2)
})

test('cutting the socket at a delivery loses nothing for a reliable client', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator, { userId: 'ann' })
  emulator.faults.add({ operation: 'client.deliver', fault: { kind: 'drop' }, skip: 1, count: 1 })
  for (const n of [1, 2, 3]) await serviceClient(emulator).sendToUser('ann', { n })
  await ann.received(3)
  expect(ann.messages.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
})

test('a delayed delivery holds back what follows', async () => {
  const clock = createManualClock()
  await using emulator = await startWebPubSub({ port: 0, clock })
  using client = await connectRaw(await clientUrl(emulator, { userId: 'ann' }), 'json.webpubsub.azure.v1')
  await client.next()
  emulator.faults.add({ operation: 'client.deliver', fault: { kind: 'delay', ms: 500 }, count: 1 })
  for (const n of [1, 2]) await serviceClient(emulator).sendToUser('ann', { n })
  expect(client.pending()).toBe(0)
  await clock.advance(500)
  expect([await client.next(), await client.next()]).toMatchObject([{ data: { n: 1 } }, { data: { n: 2 } }])
})

test('connecting and sending frames can fail', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  emulator.faults.add({ operation: 'client.connect', fault: { kind: 'status', status: 503 }, count: 1 })
  emulator.faults.add({ operation: 'client.connect', fault: { kind: 'drop' }, count: 1 })
  const url = await clientUrl(emulator)
  await expect(connectRaw(url, 'json.webpubsub.azure.v1')).rejects.toThrow('503')
  await expect(connectRaw(url, 'json.webpubsub.azure.v1')).rejects.toThrow('socket hang up')
  using client = await connectRaw(url, 'json.webpubsub.azure.v1')
  emulator.faults.add({ operation: 'client.frame', fault: { kind: 'drop' }, count: 1 })
  client.send({ type: 'ping' })
  expect((await client.closed).code).toBe(1006)
})

test('connections can be dropped by id', async () => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator, {}, 'json')
  expect(emulator.dropConnection('unknown')).toBe(false)
  expect(emulator.dropConnection(ann.connectionId, 4000)).toBe(true)
  expect(emulator.connections()).toEqual([])
})
