// Every installed client library against what only the emulator can stage: handlers, cut sockets, refused recovery.
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { installedLibraries } from './support/client-libraries.ts'
import { startEventHandler } from './support/event-handler.ts'
import { clientUrl, serviceClient } from './support/sdk.ts'

test.each(installedLibraries)('$name sends events and has the reply before the ack', async ({ library }) => {
  await using handler = await startEventHandler()
  await using emulator = await startWebPubSub({
    port: 0,
    log: () => {},
    hubs: { chat: { eventHandlers: [{ urlTemplate: handler.url, userEventPattern: 'good' }] } },
  })
  handler.answer = () => ({ headers: { 'content-type': 'application/json' }, body: '{"ok":true}' })
  const client = new library.WebPubSubClient(await clientUrl(emulator), {
    messageRetryOptions: { maxRetries: 0 },
  })
  const order: unknown[] = []
  client.on('server-message', ({ message }) => order.push(message.data))
  await client.start()
  await client.sendEvent('good', 'x', 'text')
  order.push('acknowledged')
  expect(order).toEqual([{ ok: true }, 'acknowledged'])
  await expect(client.sendEvent('bad', 'x', 'text')).rejects.toMatchObject({
    errorDetail: { name: 'InternalServerError' },
  })
  client.stop()
})

async function receiveThrough(
  emulator: WebPubSub,
  library: (typeof installedLibraries)[number]['library'],
  between: (connectionId: string, sent: number) => void,
): Promise<unknown[]> {
  const client = new library.WebPubSubClient({
    getClientAccessUrl: () => clientUrl(emulator, { userId: 'ann', groups: ['g'] }),
  })
  const received: unknown[] = []
  const done = new Promise<void>((resolve) =>
    client.on('group-message', ({ message }) => {
      received.push(message.data)
      if (message.data === 'last') resolve()
    }),
  )
  let connectionId = ''
  client.on('connected', (event) => {
    connectionId = event.connectionId
  })
  await client.start()
  for (let n = 1; n <= 20; n++) {
    await serviceClient(emulator).group('g').sendToAll(n)
    between(connectionId, n)
  }
  await serviceClient(emulator).group('g').sendToAll('last')
  await done
  client.stop()
  return received
}

test.each(installedLibraries)('$name recovers from cut sockets and loses nothing', async ({ library }) => {
  await using emulator = await startWebPubSub({ port: 0 })
  const received = await receiveThrough(emulator, library, (connectionId, sent) => {
    if (sent % 8 === 0) emulator.dropConnection(connectionId)
  })
  expect(received).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 'last'])
  expect(emulator.stats().delivered).toBe(21)
})

test.each(installedLibraries)(
  '$name starts anew after 1008 and joins its groups again',
  async ({ library }) => {
    await using emulator = await startWebPubSub({ port: 0 })
    const client = new library.WebPubSubClient({
      getClientAccessUrl: () => clientUrl(emulator, { roles: ['webpubsub.joinLeaveGroup'] }),
    })
    const ids: string[] = []
    let again = (): void => {}
    const reconnected = new Promise<void>((resolve) => {
      again = resolve
    })
    client.on('connected', ({ connectionId }) => {
      ids.push(connectionId)
      if (ids.length === 2) again()
    })
    await client.start()
    await client.joinGroup('own')
    emulator.dropConnection(ids[0]!, 1008)
    await reconnected
    expect(emulator.connections()).toMatchObject([{ connectionId: ids[1], groups: ['own'] }])
    expect(ids[0]).not.toBe(ids[1])
    client.stop()
  },
)
