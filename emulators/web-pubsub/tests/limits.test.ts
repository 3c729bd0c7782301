// Limits and throttling.
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { startWebPubSub } from '../server.ts'
import { startEventHandler } from './support/event-handler.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl, connectSdk, serviceClient } from './support/sdk.ts'

test('one unit carries a thousand connections over all hubs; the next is refused until one has gone', async () => {
  const hubs = { a: { anonymousConnectPolicy: 'allow' }, b: { anonymousConnectPolicy: 'allow' } } as const
  await using emulator = await startWebPubSub({ port: 0, units: 1, hubs })
  const url = (hub: string): string => `${emulator.url.replace('http', 'ws')}/client/hubs/${hub}`
  for (let tens = 0; tens < 100; tens++) {
    await Promise.all(Array.from({ length: 10 }, (_, n) => connectRaw(url(n % 2 ? 'a' : 'b'))))
  }
  expect(emulator.stats().connections).toBe(1000)
  await expect(connectRaw(url('a'))).rejects.toThrow('429')
  const [first] = emulator.connections()
  emulator.dropConnection(first!.connectionId, 1000)
  await connectRaw(url('b'))
  await expect(connectRaw(url('a'))).rejects.toThrow('429')
  expect(emulator.stats().connections).toBe(1000)
})

test('a connection at the limit can be recovered; handshakes under way count', async () => {
  await using handler = await startEventHandler()
  await using emulator = await startWebPubSub({ port: 0, units: 1, log: () => {} })
  const open = await clientUrl(emulator)
  for (let tens = 0; tens < 99; tens++) {
    await Promise.all(Array.from({ length: 10 }, () => connectRaw(open)))
  }
  using ann = await connectSdk(emulator, { userId: 'ann' })
  await Promise.all(Array.from({ length: 8 }, () => connectRaw(open)))
  emulator.setHub('chat', { eventHandlers: [{ urlTemplate: handler.url, systemEvents: ['connect'] }] })
  let answer = (): void => {}
  handler.answer = () =>
    new Promise((resolve) => {
      answer = () => resolve({})
    })
  const underWay = connectRaw(open)
  await handler.event('connect')
  await expect(connectRaw(open)).rejects.toThrow('429')
  emulator.dropConnection(ann.connectionId)
  await serviceClient(emulator).sendToUser('ann', 'back', { contentType: 'text/plain' })
  await ann.received(1)
  answer()
  await underWay
  expect(emulator.stats().connections).toBe(1000)
})

test.each([0, 1.5, 1001])('%d units are refused', async (units) => {
  await expect(startWebPubSub({ port: 0, units })).rejects.toThrow('Units are a whole number from 1 to 1000.')
})

test.each([429, 503])('the SDK waits out a %i as long as it is told and sends once', async (status) => {
  await using emulator = await startWebPubSub({ port: 0 })
  using ann = await connectSdk(emulator, { userId: 'ann' })
  const fault = { kind: 'status', status, headers: { 'retry-after-ms': '20' } } as const
  emulator.faults.add({ operation: 'user.send', fault, count: 3 })
  const options = { allowInsecureConnection: true }
  const service = new WebPubSubServiceClient(emulator.connectionString, 'chat', options)
  await service.sendToUser('ann', 'x', { contentType: 'text/plain' })
  await ann.received(1)
  expect(ann.messages).toHaveLength(1)
  emulator.faults.add({ operation: 'user.send', fault, count: 4 })
  await expect(service.sendToUser('ann', 'y')).rejects.toMatchObject({ statusCode: status })
})

test.each([
  [undefined, [200, 5]],
  [100, [100, 100, 5]],
])('a listing of 205 connections with maxpagesize %s comes in pages of %j', async (maxPageSize, sizes) => {
  await using emulator = await startWebPubSub({ port: 0 })
  const url = await clientUrl(emulator, { groups: ['g'] })
  for (let n = 0; n < 205; n++) await connectRaw(url)
  const pages = await serviceClient(emulator)
    .group('g')
    .listConnections(maxPageSize === undefined ? {} : { maxPageSize })
  const seen: number[] = []
  for await (const page of pages.byPage()) seen.push(page.length)
  expect(seen).toEqual(sizes)
})
