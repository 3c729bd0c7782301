// What happens before a client is connected.
import { WebSocket } from 'ws'
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { connectRaw } from './support/raw-client.ts'
import { clientUrl } from './support/sdk.ts'
import { signToken } from './support/tokens.ts'

const JSON_V1 = 'json.webpubsub.azure.v1'
const RELIABLE_V1 = 'json.reliable.webpubsub.azure.v1'
const now = Math.floor(Date.now() / 1000)

let emulator: WebPubSub
beforeAll(async () => {
  emulator = await startWebPubSub({ port: 0, hubs: { open: { anonymousConnectPolicy: 'Allow' } } })
})
afterAll(() => emulator.close())

const webSocketUrl = (path: string): string => emulator.url.replace('http', 'ws') + path
const withToken = (claims: object, key?: string): string =>
  webSocketUrl(`/client/hubs/chat?access_token=${signToken(claims, key)}`)

/** The HTTP status with which a WebSocket request is refused. */
function refusedWith(url: string, subprotocols: string[] = [], headers = {}): Promise<number | undefined> {
  const socket = new WebSocket(url, subprotocols, { headers })
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode)
      socket.terminate()
    })
    socket.on('open', () => reject(new Error('It was let in.')))
    socket.on('error', () => {})
  })
}

const audience = (hub = 'chat'): string => `${emulator.url}/client/hubs/${hub}`

test.each([
  ['one role and group as strings', { role: 'webpubsub.sendToGroup', 'webpubsub.group': 'g' }],
  ['roles and groups as lists', { role: ['webpubsub.sendToGroup'], 'webpubsub.group': ['g'] }],
])('a token with %s', async (_name, claims) => {
  using client = await connectRaw(
    withToken({ aud: audience(), exp: now + 60, sub: 'ann', ...claims }),
    JSON_V1,
  )
  const { connectionId } = (await client.next()) as { connectionId: string }
  expect(emulator.connections().find((one) => one.connectionId === connectionId)).toMatchObject({
    hub: 'chat',
    userId: 'ann',
    subprotocol: JSON_V1,
    groups: ['g'],
    online: true,
  })
})

test('the connected message of both protocols', async () => {
  using plain = await connectRaw(await clientUrl(emulator, { userId: 'ann' }), JSON_V1)
  expect(await plain.next()).toEqual({
    type: 'system',
    event: 'connected',
    userId: 'ann',
    connectionId: expect.stringMatching(/^[\w-]{22}$/),
  })
  using reliable = await connectRaw(await clientUrl(emulator), RELIABLE_V1)
  expect(await reliable.next()).toEqual({
    type: 'system',
    event: 'connected',
    userId: null,
    connectionId: expect.stringMatching(/^[\w-]{22}$/),
    reconnectionToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  })
  expect(reliable.socket.protocol).toBe(RELIABLE_V1)
})

test.each([
  ['no token', () => webSocketUrl('/client/hubs/chat'), 401],
  ['not a token', () => webSocketUrl('/client/hubs/chat?access_token=x'), 401],
  [
    'another key',
    () => withToken({ aud: audience(), exp: now + 60 }, 'another-key-another-key-another-key-1'),
    401,
  ],
  ['another hub', () => withToken({ aud: audience('other'), exp: now + 60 }), 401],
  ['a slash at the end of the audience', () => withToken({ aud: `${audience()}/`, exp: now + 60 }), 401],
  ['expired', () => withToken({ aud: audience(), exp: now - 360 }), 401],
  ['no expiry', () => withToken({ aud: audience() }), 401],
  ['a bad group', () => withToken({ aud: audience(), exp: now + 60, 'webpubsub.group': ['ok', ' '] }), 400],
  ['a bad hub name', () => webSocketUrl('/client/hubs/1chat'), 400],
  ['no hub', () => webSocketUrl('/client'), 400],
  ['an unknown path', () => webSocketUrl('/clients/hubs/chat'), 404],
  ['MQTT', () => webSocketUrl('/clients/mqtt/hubs/chat'), 501],
  ['Socket.IO', () => webSocketUrl('/clients/socketio/hubs/chat'), 501],
  ['a tunnel', () => webSocketUrl('/server/tunnel?hub=chat'), 501],
])('refused before the upgrade: %s', async (_name, url, status) => {
  expect(await refusedWith(url())).toBe(status)
})

test.each([
  ['/clients/socketio/hubs/chat/?EIO=4&transport=polling', 'Socket.IO is not implemented by this emulator.'],
  ['/clients/mqtt/hubs/chat', 'MQTT is not implemented by this emulator.'],
])('refused without an upgrade: %s', async (path, message) => {
  const answer = await fetch(emulator.url + path)
  expect([answer.status, await answer.json()]).toEqual([501, { code: 'Error.NotImplemented', message }])
})

test('of several subprotocols the first that is known is taken', async () => {
  const url = await clientUrl(emulator)
  using client = await connectRaw(url, ['unknown', 'protobuf.webpubsub.azure.v1', JSON_V1])
  expect(client.socket.protocol).toBe('protobuf.webpubsub.azure.v1')
})

test('a subprotocol is known in any case; one that is not known is not chosen', async () => {
  const url = await clientUrl(emulator)
  using client = await connectRaw(url, 'JSON.WEBPUBSUB.AZURE.V1')
  expect(client.socket.protocol).toBe('JSON.WEBPUBSUB.AZURE.V1')
  expect(await client.next()).toMatchObject({ event: 'connected' })
  const socket = new WebSocket(url, 'custom')
  const error = await new Promise((resolve) => socket.once('error', resolve))
  expect(String(error)).toBe('Error: Server sent no subprotocol')
})

test('the hub may stand in the query and in another case, the token in a header', async () => {
  const token = signToken({ aud: audience('CHAT'), exp: now + 60 })
  const socket = new WebSocket(webSocketUrl('/client?hub=Chat'), JSON_V1, {
    headers: { authorization: `Bearer ${token}` },
  })
  const frame = await new Promise((resolve) =>
    socket.once('message', (data) => resolve(JSON.parse(String(data)))),
  )
  expect(frame).toMatchObject({ event: 'connected' })
  socket.terminate()
})

test('where the policy allows, clients need no token; a bad one is refused all the same', async () => {
  using client = await connectRaw(webSocketUrl('/client/hubs/open'), JSON_V1)
  expect(await client.next()).toMatchObject({ userId: null })
  expect(await refusedWith(webSocketUrl('/client/hubs/open?access_token=x'))).toBe(401)
})

test('simple clients: group messages as plain frames', async () => {
  const url = await clientUrl(emulator, { userId: 'ann', roles: ['webpubsub.sendToGroup.g'], groups: ['g'] })
  using ann = await connectRaw(`${url}&webpubsub_mode=sendToGroup&group=g`)
  using quiet = await connectRaw(`${url}&webpubsub_mode=sendToGroup&group=g&noEcho=true`)
  using json = await connectRaw(url, JSON_V1)
  await json.next()
  ann.sendText('plain text')
  expect(await json.next()).toEqual({
    type: 'message',
    from: 'group',
    fromUserId: 'ann',
    group: 'g',
    dataType: 'text',
    data: 'plain text',
  })
  expect([await ann.next(), await quiet.next()]).toEqual(['plain text', 'plain text'])
  quiet.socket.send(Buffer.from([1, 2]))
  expect(await json.next()).toMatchObject({ dataType: 'binary', data: 'AQI=' })
  expect(await ann.next()).toEqual(Buffer.from([1, 2]))
  expect(quiet.pending()).toBe(0)
})

test('simple clients: one without the role to send is closed with 1008', async () => {
  using client = await connectRaw(`${await clientUrl(emulator)}&webpubsub_mode=sendToGroup&group=g`)
  client.sendText('x')
  expect((await client.closed).code).toBe(1008)
})

test.each([
  'webpubsub_mode=',
  'webpubsub_mode=fly',
  'webpubsub_mode=sendToGroup',
  'webpubsub_mode=sendToGroup&group=g&noEcho=yes',
])('simple clients: %s is refused', async (query) => {
  expect(await refusedWith(`${await clientUrl(emulator)}&${query}`)).toBe(400)
})
