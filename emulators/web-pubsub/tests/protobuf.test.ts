// The protobuf subprotocols. The bytes were made with protobufjs from the proto file that Microsoft publishes.
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { startEventHandler } from './support/event-handler.ts'
import { connectRaw, type RawClient } from './support/raw-client.ts'
import { type Claims, clientUrl, connectSdk, serviceClient } from './support/sdk.ts'
import { callRest } from './support/tokens.ts'

const PLAIN = 'protobuf.webpubsub.azure.v1'
const RELIABLE = 'protobuf.reliable.webpubsub.azure.v1'
const ROLES = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup']

const UP = {
  ping: '4a00',
  joinG: '32050a01671001',
  leaveGWithGreatestAckId: '3a0e0a016710ffffffffffffffffff01',
  acknowledge300: '420308ac02',
  text: '0a0b0a016710021a040a026869',
  textNoEcho: '0a0c0a016710061a030a01782001',
  event: '2a1a0a0165120522035b315d1807220c0a0554726163651203616263',
  eventWithMetadataOnly: '2a0d0a0165180922060a016b120176',
}
const DOWN = {
  pong: '2200',
  ack1: '0a0408011001',
  greatestAck: '0a0d08ffffffffffffffffff011001',
  text: '12100a0567726f75701201671a040a026869',
}

let emulator: WebPubSub
beforeAll(async () => {
  emulator = await startWebPubSub({ port: 0 })
})
afterAll(() => emulator.close())

const send = ({ socket }: RawClient, hex: string): void => socket.send(Buffer.from(hex, 'hex'))
const next = async (client: RawClient): Promise<string> => ((await client.next()) as Buffer).toString('hex')

async function connect(claims: Claims = { roles: ROLES }, subprotocol = PLAIN): Promise<RawClient> {
  const client = await connectRaw(await clientUrl(emulator, claims), subprotocol)
  await client.next()
  return client
}

test('connected names connection and user, reliable with a token; disconnected the reason', async () => {
  using plain = await connectRaw(await clientUrl(emulator, { userId: 'ann' }), PLAIN)
  const { connectionId } = emulator.connections()[0]!
  const id = Buffer.from(connectionId).toString('hex')
  expect(await next(plain)).toBe(`1a1f0a1d0a16${id}1203616e6e`)
  using reliable = await connectRaw(await clientUrl(emulator), RELIABLE)
  expect(reliable.socket.protocol).toBe(RELIABLE)
  expect(await next(reliable)).toMatch(/^1a[0-9a-f]{4}0a[0-9a-f]{4}0a16[0-9a-f]{44}1a[0-9a-f]{4}/)
  await serviceClient(emulator).closeConnection(connectionId, { reason: 'bye' })
  expect(await next(plain)).toBe(
    `1a3912371235${Buffer.from('Application server closed the connection. Reason: bye').toString('hex')}`,
  )
  expect((await plain.closed).code).toBe(1000)
})

test('ping, join, send, leave; ids are 64 bits', async () => {
  using client = await connect()
  send(client, UP.ping)
  expect(await next(client)).toBe(DOWN.pong)
  send(client, UP.joinG)
  expect(await next(client)).toBe(DOWN.ack1)
  send(client, UP.text)
  expect([await next(client), await next(client)]).toEqual([DOWN.text, '0a0408021001'])
  send(client, UP.textNoEcho)
  expect(await next(client)).toBe('0a0408061001')
  send(client, UP.leaveGWithGreatestAckId)
  expect(await next(client)).toBe(DOWN.greatestAck)
  send(client, UP.joinG)
  const reason = Buffer.from('Message with ack-id: 1 has been processed').toString('hex')
  expect(await next(client)).toBe(`0a3a08011a360a094475706c69636174651229${reason}`)
})

test.each([
  ['text', '0a0b0a016710021a040a026869', '12100a0567726f75701201671a040a026869', 'text', 'hi'],
  ['bytes', '0a0b0a016710031a04120200ff', '12100a0567726f75701201671a04120200ff', 'binary', 'AP8='],
  [
    'a message',
    '0a120a016710041a0b1a090a03742f7812020102',
    '12170a0567726f75701201671a0b1a090a03742f7812020102',
    'protobuf',
    'CgN0L3gSAgEC',
  ],
  [
    'JSON with metadata and a ttl',
    '0a220a016710051a0922077b2261223a317d2000280a320c0a0574726163651203616263',
    '12230a0567726f75701201671a0922077b2261223a317d2a0c0a0574726163651203616263',
    'json',
    { a: 1 },
  ],
])('%s reaches protobuf and JSON clients', async (_name, up, down, dataType, data) => {
  using sender = await connect()
  using protobuf = await connect({ groups: ['g'] })
  using json = await connect({ groups: ['g'] }, 'json.webpubsub.azure.v1')
  send(sender, up)
  expect(await next(protobuf)).toBe(down)
  expect(await json.next()).toMatchObject({ type: 'message', from: 'group', group: 'g', dataType, data })
})

test('what JSON clients, simple clients and the REST API send arrives in protobuf', async () => {
  using protobuf = await connect({ groups: ['g'] })
  using json = await connectSdk(emulator, { userId: 'ann', roles: ROLES })
  await json.client.sendToGroup('g', 'hi', 'text')
  expect(await next(protobuf)).toBe(DOWN.text)
  await serviceClient(emulator).group('g').sendToAll({ a: 1 })
  expect(await next(protobuf)).toBe('12150a0567726f75701201671a0922077b2261223a317d')
  await serviceClient(emulator).sendToAll(new Uint8Array([0, 255]).buffer)
  expect(await next(protobuf)).toBe('120e0a067365727665721a04120200ff')
  const any = Buffer.from('0a03742f7812020102', 'hex')
  await json.client.sendToGroup('g', new Uint8Array(any).buffer, 'protobuf')
  expect(await next(protobuf)).toBe('12170a0567726f75701201671a0b1a090a03742f7812020102')
})

test('an event goes to its handler as the plain payload, its reply comes back before the ack', async () => {
  await using handler = await startEventHandler()
  await using own = await startWebPubSub({
    port: 0,
    hubs: { chat: { eventHandlers: [{ urlTemplate: handler.url, userEventPattern: '*' }] } },
  })
  handler.answer = () => ({ headers: { 'content-type': 'text/plain' }, body: 'yo' })
  using client = await connectRaw(await clientUrl(own), PLAIN)
  await client.next()
  send(client, UP.event)
  expect([await next(client), await next(client)]).toEqual([
    '120e0a067365727665721a040a02796f',
    '0a0408071001',
  ])
  const { headers, body } = await handler.event('e')
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'ce-subprotocol': PLAIN,
    'x-webpubsub-metadata-trace': 'abc',
  })
  expect(String(body)).toBe('[1]')
  send(client, UP.eventWithMetadataOnly)
  expect((await handler.event('e', 2)).body).toHaveLength(0)
})

test('without permission: Forbidden', async () => {
  using client = await connect({})
  send(client, UP.joinG)
  const reason = Buffer.from("The client does not have permission to join group 'g'.").toString('hex')
  expect(await next(client)).toBe(`0a4708011a430a09466f7262696464656e1236${reason}`)
})

test('the reliable subprotocol numbers messages, takes acknowledgements and recovers', async () => {
  using client = await connectRaw(await clientUrl(emulator, { userId: 'bob' }), RELIABLE)
  const connected = (await client.next()) as Buffer
  const connectionId = connected.subarray(8, 30).toString()
  const token = /[\w-]+\.[\w-]+\.[\w-]+$/.exec(connected.toString('latin1'))![0]
  const service = serviceClient(emulator)
  for (const text of ['a', 'b', 'c']) await service.sendToUser('bob', text, { contentType: 'text/plain' })
  expect([await next(client), await next(client), await next(client)]).toEqual([
    '120f0a067365727665721a030a01612001',
    '120f0a067365727665721a030a01622002',
    '120f0a067365727665721a030a01632003',
  ])
  send(client, '42020802')
  send(client, UP.ping)
  await client.next()
  emulator.dropConnection(connectionId)
  await client.closed
  const url = `${emulator.url.replace('http', 'ws')}/client/hubs/chat?awps_connection_id=${connectionId}&awps_reconnection_token=${token}`
  using again = await connectRaw(url, RELIABLE)
  await again.next()
  expect(await next(again)).toBe('120f0a067365727665721a030a01632003')
  send(again, UP.acknowledge300)
  send(again, UP.ping)
  expect(await next(again)).toBe(DOWN.pong)
  expect(emulator.connections().find((one) => one.connectionId === connectionId)).toMatchObject({
    unacked: 0,
  })
})

test.each([
  ['nothing', ''],
  ['an unknown message', '7a00'],
  ['a field cut short', '32050a0167'],
  ['a number without end', '32ffffffffffffffffffffff01'],
  ['a group field', '33'],
  ['field number 0', '0200'],
  ['no group', '3200'],
  ['a blank group', '32030a0120'],
  ['a group that is not UTF-8', '32030a01ff'],
  ['a group that is a number', '32020801'],
  ['no data', '0a030a0167'],
  ['json_data that is not JSON', '0a080a01671a0322017b'],
  ['a ttl of 301', '0a0b0a01671a030a017828ad02'],
  ['an event name that is none', '2a0a0a0361206212030a0178'],
  ['a stream and no ackId', '0a080a01673a030a0173'],
])('a frame with %s closes the connection with 1007', async (_name, frame) => {
  using client = await connect()
  send(client, frame)
  expect((await client.closed).code).toBe(1007)
})

test('a text frame closes with 1003, a stream is refused by name', async () => {
  using client = await connect()
  send(client, '0a0a0a016710083a030a0173')
  const refusal = Buffer.from('Streaming over protobuf is not implemented by this emulator.').toString('hex')
  expect(await next(client)).toBe(`0a4e08081a4a0a0a42616452657175657374123c${refusal}`)
  client.sendText('{"type":"ping"}')
  expect((await client.closed).code).toBe(1003)
})

test('unknown fields are skipped, the last of several members counts', async () => {
  using client = await connect()
  send(client, `${'f87a01'}${'fd7a01020304'}${UP.joinG}${UP.ping}`)
  expect(await next(client)).toBe(DOWN.pong)
})

test('metadata of a REST send arrives', async () => {
  using client = await connect({})
  await callRest(`${emulator.url}/api/hubs/chat/:send`, 'POST', {
    headers: { 'content-type': 'text/plain', 'X-WebPubSub-Metadata-Trace': 'abc' },
    body: 'hi',
  })
  expect(await next(client)).toBe('121c0a067365727665721a040a0268692a0c0a0574726163651203616263')
})
