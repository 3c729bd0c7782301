// Event handlers that ask for the managed identity of the service.
import { createLocalJWKSet, jwtVerify } from 'jose'
import { createManualClock } from '../../kit/manual-clock.ts'
import { startWebPubSub, type WebPubSubOptions } from '../server.ts'
import { startEventHandler } from './support/event-handler.ts'
import { startIssuer } from './support/issuer.ts'
import { connectSdk } from './support/sdk.ts'

const RESOURCE = 'api://handler'

const hubsFor = (urlTemplate: string): NonNullable<WebPubSubOptions['hubs']> => ({
  chat: {
    eventHandlers: [
      {
        urlTemplate,
        userEventPattern: '*',
        auth: { type: 'ManagedIdentity', managedIdentity: { resource: RESOURCE } },
      },
    ],
  },
})

test('events bear a token for the resource, asked for once until it is about to expire', async () => {
  const clock = createManualClock()
  await using issuer = await startIssuer()
  await using handler = await startEventHandler()
  const hubs = hubsFor(handler.url)
  await using emulator = await startWebPubSub({ port: 0, clock, identity: issuer.identity, hubs })
  using ann = await connectSdk(emulator)
  await ann.client.sendEvent('a', 'x', 'text')
  await ann.client.sendEvent('b', 'x', 'text')
  expect(issuer.identity.requests).toEqual(['/msi/token?api-version=2019-08-01&resource=api%3A%2F%2Fhandler'])
  const [type, token] = (await handler.event('b')).headers.authorization!.split(' ')
  expect(type).toBe('Bearer')
  const verified = await jwtVerify(token!, createLocalJWKSet(issuer.jwks), { audience: RESOURCE })
  expect(verified.payload.iss).toBe(issuer.name)
  // The token was issued a moment after the clock was made.
  await clock.advance(3_600_000)
  await ann.client.sendEvent('c', 'x', 'text')
  expect(issuer.identity.requests).toHaveLength(2)
})

test('without a token there is no event', async () => {
  await using issuer = await startIssuer()
  await using handler = await startEventHandler()
  const identity = { ...issuer.identity, header: 'wrong' }
  const hubs = hubsFor(handler.url)
  await using emulator = await startWebPubSub({ port: 0, log: () => {}, identity, hubs })
  using ann = await connectSdk(emulator)
  await expect(ann.client.sendEvent('a', 'x', 'text')).rejects.toMatchObject({
    errorDetail: { name: 'InternalServerError' },
  })
  expect(handler.events()).toEqual([])
})

test('an emulator without identity refuses such a handler, at the start and later', async () => {
  const message = 'An event handler asks for a managed identity: name its endpoint by `identity`.'
  await expect(startWebPubSub({ port: 0, hubs: hubsFor('http://h/') })).rejects.toThrow(message)
  await using emulator = await startWebPubSub({ port: 0 })
  expect(() => emulator.setHub('chat', hubsFor('http://h/').chat!)).toThrow(message)
})
