// The whole way once: connect, event, handler, REST send from inside the handler, every subscriber.
import { createHmac } from 'node:crypto'
import { startWebPubSub } from '../server.ts'
import { startEventHandler } from './support/event-handler.ts'
import { connectSdk, serviceClient } from './support/sdk.ts'

test('an event goes to its handler, whose REST send reaches every member before the sender has its ack', async () => {
  await using handler = await startEventHandler()
  await using emulator = await startWebPubSub({
    port: 0,
    hubs: {
      chat: {
        eventHandlers: [
          {
            urlTemplate: handler.url,
            userEventPattern: '*',
            systemEvents: ['connect', 'connected', 'disconnected'],
          },
        ],
      },
    },
  })
  const service = serviceClient(emulator)
  handler.answer = async ({ headers }) => {
    if (headers['ce-eventname'] === 'connect') {
      return { headers: { 'content-type': 'application/json' }, body: '{"groups":["room"]}' }
    }
    if (headers['ce-eventname'] !== 'say') return {}
    await service.group('room').sendToAll({ text: 'hello' })
    return { headers: { 'content-type': 'application/json' }, body: '{"ok":true}' }
  }
  using ann = await connectSdk(emulator, { userId: 'ann' })
  using bob = await connectSdk(emulator, { userId: 'bob' })
  await ann.client.sendEvent('say', { text: 'hello' }, 'json')
  expect(ann.messages).toEqual([
    { from: 'group', data: { text: 'hello' }, dataType: 'json', sequenceId: 1 },
    { from: 'server', data: { ok: true }, dataType: 'json', sequenceId: 2 },
  ])
  await bob.received(1)
  expect(bob.messages).toEqual([{ from: 'group', data: { text: 'hello' }, dataType: 'json', sequenceId: 1 }])

  const say = await handler.event('say')
  expect(String(say.body)).toBe('{"text":"hello"}')
  expect(say.path).toBe('/events/say')
  expect(say.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'webhook-request-origin': '127.0.0.1',
    'ce-specversion': '1.0',
    'ce-awpsversion': '1.0',
    'ce-type': 'azure.webpubsub.user.say',
    'ce-source': `/hubs/chat/client/${ann.connectionId}`,
    'ce-userid': 'ann',
    'ce-hub': 'chat',
    'ce-connectionid': ann.connectionId,
    'ce-subprotocol': 'json.reliable.webpubsub.azure.v1',
    'ce-signature': `sha256=${createHmac('sha256', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH').update(ann.connectionId).digest('hex')}`,
  })
})
