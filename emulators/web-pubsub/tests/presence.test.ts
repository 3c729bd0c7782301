// Group presence events: joined and left.

import { createManualClock } from '../../kit/manual-clock.ts'
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { type EventHandler, startEventHandler } from './support/event-handler.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl, connectSdk, serviceClient } from './support/sdk.ts'

interface Presence {
  eventNames?: ('joined' | 'left')[] | null
  groupFilters?: string[]
}

function start(handler: EventHandler, presence: Presence): Promise<WebPubSub> {
  const systemEvents: ('connected' | 'disconnected')[] = ['connected', 'disconnected']
  const eventHandlers = [{ urlTemplate: handler.url, systemEvents, groupPresenceEvents: presence }]
  return startWebPubSub({ port: 0, hubs: { chat: { eventHandlers } } })
}

/** `event group` for each event that came, in the order of their ids. */
const seen = (handler: EventHandler): string[] =>
  handler
    .events()
    .toSorted((a, b) => Number(a.headers['ce-id']) - Number(b.headers['ce-id']))
    .map(({ headers, body }) => {
      const { group = '' } = JSON.parse(String(body)) as { group?: string }
      return `${headers['ce-eventname']} ${group}`.trim()
    })

test('the groups of the token, the client and the REST API; each change once', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler, { eventNames: ['joined', 'left'] })
  const service = serviceClient(emulator)
  using ann = await connectSdk(
    emulator,
    { userId: 'ann', roles: ['webpubsub.joinLeaveGroup'], groups: ['token'] },
    'json',
  )
  await ann.client.joinGroup('own')
  await ann.client.joinGroup('own')
  await service.group('rest').addConnection(ann.connectionId)
  await service.group('rest').addUser('ann')
  await service.addConnectionsToGroups(['rest', 'filtered'], "userId eq 'ann'")
  await ann.client.leaveGroup('own')
  await ann.client.leaveGroup('own')
  await service.removeConnectionsFromGroups(['filtered'], '')
  await service.removeUserFromAllGroups('ann')
  await service.group('last').addUser('ann')
  await service.closeConnection(ann.connectionId)
  await handler.event('disconnected')
  await handler.event('left', 5)
  expect(seen(handler)).toEqual([
    'connected',
    'joined token',
    'joined own',
    'joined rest',
    'joined filtered',
    'left own',
    'left filtered',
    'left token',
    'left rest',
    'joined last',
    'left last',
    'disconnected',
  ])
})

test('the request', async () => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler, { eventNames: ['joined'] })
  using ann = await connectSdk(emulator, { userId: 'ann', groups: ['räume/1'] })
  const { headers, body, path } = await handler.event('joined')
  expect(path).toBe('/events/joined')
  expect(String(body)).toBe('{"group":"räume/1"}')
  expect(headers).toMatchObject({
    'ce-type': 'azure.webpubsub.gp.joined',
    'ce-eventname': 'joined',
    'ce-userid': 'ann',
    'ce-connectionid': ann.connectionId,
    'content-type': 'application/json; charset=utf-8',
    'ce-signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
  })
})

test.each<[string, Presence, string[]]>([
  ['no event name', { eventNames: null }, ['connected']],
  ['one event name', { eventNames: ['left'] }, ['connected', 'left a', 'left b.c', 'left b.c.d']],
  [
    'patterns',
    { eventNames: ['joined'], groupFilters: ['a*', 'b.*'] },
    ['connected', 'joined a', 'joined b.c'],
  ],
  [
    'a pattern for all',
    { eventNames: ['joined'], groupFilters: ['x', '**.d'] },
    ['connected', 'joined b.c.d'],
  ],
])('settings with %s', async (_name, presence, expected) => {
  await using handler = await startEventHandler()
  await using emulator = await start(handler, presence)
  using ann = await connectSdk(emulator, { groups: ['a', 'b.c', 'b.c.d'] }, 'json')
  await serviceClient(emulator).closeConnection(ann.connectionId)
  await handler.event('disconnected')
  for (const name of ['joined', 'left']) {
    const count = expected.filter((one) => one.startsWith(name)).length
    if (count > 0) await handler.event(name, count)
  }
  expect(seen(handler).filter((one) => one !== 'disconnected')).toEqual(expected)
})

test('recovery changes no membership; the end of the recovery window does', async () => {
  const clock = createManualClock()
  await using handler = await startEventHandler()
  await using emulator = await startWebPubSub({
    port: 0,
    clock,
    hubs: {
      chat: {
        eventHandlers: [
          { urlTemplate: handler.url, groupPresenceEvents: { eventNames: ['joined', 'left'] } },
        ],
      },
    },
  })
  const client = await connectRaw(
    await clientUrl(emulator, { groups: ['g'] }),
    'json.reliable.webpubsub.azure.v1',
  )
  await client.next()
  await handler.event('joined')
  emulator.dropConnection(emulator.connections()[0]!.connectionId)
  await client.closed
  expect(seen(handler)).toEqual(['joined g'])
  await clock.advance(30_000)
  await handler.event('left')
  expect(seen(handler)).toEqual(['joined g', 'left g'])
})

test('what is not a presence setting is refused', async () => {
  await expect(
    startWebPubSub({
      port: 0,
      hubs: {
        chat: {
          eventHandlers: [
            { urlTemplate: 'http://h/', groupPresenceEvents: { eventNames: ['gone' as 'left'] } },
          ],
        },
      },
    }),
  ).rejects.toThrow('groupPresenceEvents')
})
