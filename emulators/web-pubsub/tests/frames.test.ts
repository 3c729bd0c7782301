// Frames of the JSON protocol, by hand.
import { startWebPubSub, type WebPubSub } from '../server.ts'
import { connectRaw, type RawClient } from './support/raw-client.ts'
import { clientUrl, connectSdk, serviceClient } from './support/sdk.ts'

const JSON_V1 = 'json.webpubsub.azure.v1'

let emulator: WebPubSub
beforeAll(async () => {
  emulator = await startWebPubSub({ port: 0 })
})
afterAll(() => emulator.close())

async function connect(roles: string[] = [], groups: string[] = []): Promise<RawClient> {
  const client = await connectRaw(await clientUrl(emulator, { userId: 'ann', roles, groups }), JSON_V1)
  await client.next()
  return client
}

test('ping, join, send, leave', async () => {
  using client = await connect(['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'])
  client.send({ type: 'ping' })
  expect(await client.next()).toEqual({ type: 'pong' })
  client.send({ type: 'joinGroup', group: 'g', ackId: 1 })
  expect(await client.next()).toEqual({ type: 'ack', ackId: 1, success: true })
  client.send({ type: 'sendToGroup', group: 'g', dataType: 'text', data: 'hi', ackId: 2 })
  expect(await client.next()).toEqual({
    type: 'message',
    from: 'group',
    fromUserId: 'ann',
    group: 'g',
    dataType: 'text',
    data: 'hi',
  })
  expect(await client.next()).toEqual({ type: 'ack', ackId: 2, success: true })
  client.send({ type: 'sendToGroup', group: 'g', data: { default: 'json' }, noEcho: true, ackId: 3 })
  expect(await client.next()).toEqual({ type: 'ack', ackId: 3, success: true })
  client.send({ type: 'leaveGroup', group: 'g', ackId: 4 })
  client.send({ type: 'sendToGroup', group: 'g', data: 1, ackId: 5 })
  expect([await client.next(), await client.next()]).toMatchObject([
    { ackId: 4, success: true },
    { ackId: 5, success: true },
  ])
})

test('without a role a client may neither join nor send, with one for a group only there', async () => {
  using client = await connect(['webpubsub.joinLeaveGroup.mine', 'webpubsub.sendToGroups.team.*'])
  const attempts = [
    { type: 'joinGroup', group: 'mine' },
    { type: 'joinGroup', group: 'yours' },
    { type: 'leaveGroup', group: 'yours' },
    { type: 'sendToGroup', group: 'mine', data: 1 },
    { type: 'sendToGroup', group: 'team.red', data: 1 },
    { type: 'sendToGroup', group: 'team.red.all', data: 1 },
  ]
  const outcomes: unknown[] = []
  for (const [index, frame] of attempts.entries()) {
    client.send({ ...frame, ackId: index })
    const ack = (await client.next()) as { success: boolean; error?: { name: string } }
    outcomes.push(ack.success || ack.error?.name)
  }
  expect(outcomes).toEqual([true, 'Forbidden', 'Forbidden', 'Forbidden', true, 'Forbidden'])
})

test('an ackId is served once; failed ones may be tried again; ids keep all their digits', async () => {
  using client = await connect(['webpubsub.sendToGroup'], ['g'])
  const text = '{"type":"sendToGroup","group":"g","data":1,"ackId":18446744073709551615}'
  const raw: string[] = []
  client.socket.on('message', (data) => raw.push(String(data)))
  client.sendText(text)
  await client.next()
  await client.next()
  client.sendText(text)
  await client.next()
  expect(raw.slice(1)).toEqual([
    '{"type":"ack","ackId":18446744073709551615,"success":true}',
    '{"type":"ack","ackId":18446744073709551615,"success":false,"error":{"name":"Duplicate","message":"Message with ack-id: 18446744073709551615 has been processed"}}',
  ])
  for (let attempt = 0; attempt < 2; attempt++) {
    client.send({ type: 'joinGroup', group: 'other', ackId: 7 })
    expect(await client.next()).toMatchObject({ ackId: 7, error: { name: 'Forbidden' } })
  }
})

test('only the last thousand ackIds are remembered', async () => {
  using client = await connect(['webpubsub.sendToGroup'])
  for (let ackId = 1; ackId <= 1001; ackId++) {
    client.send({ type: 'sendToGroup', group: 'g', data: 1, ackId })
  }
  for (let ackId = 1; ackId <= 1001; ackId++)
    expect(await client.next()).toEqual({ type: 'ack', ackId, success: true })
  client.send({ type: 'sendToGroup', group: 'g', data: 1, ackId: 2 })
  expect(await client.next()).toMatchObject({ ackId: 2, error: { name: 'Duplicate' } })
  client.send({ type: 'sendToGroup', group: 'g', data: 1, ackId: 1 })
  expect(await client.next()).toMatchObject({ ackId: 1, success: true })
})

test('an event nobody handles fails', async () => {
  using client = await connect()
  client.send({ type: 'event', event: 'e', dataType: 'json', data: {}, ackId: 1 })
  expect(await client.next()).toEqual({
    type: 'ack',
    ackId: 1,
    success: false,
    error: { name: 'InternalServerError', message: 'Internal server error' },
  })
})

test('metadata alone is a message without text', async () => {
  using client = await connect(['webpubsub.sendToGroup'], ['g'])
  client.sendText('{"type":"sendToGroup","group":"g","metadata":{"Trace-Id":"123"}}')
  expect(await client.next()).toMatchObject({ dataType: 'text', data: '', metadata: { 'Trace-Id': '123' } })
})

test.each([
  ['not JSON', '{"type":'],
  ['no object', '[]'],
  ['no type', '{}'],
  ['an unknown type', '{"type":"fly"}'],
  ['no group', '{"type":"joinGroup","ackId":1}'],
  ['a blank group', '{"type":"joinGroup","group":" "}'],
  ['a negative ackId', '{"type":"joinGroup","group":"g","ackId":-1}'],
  ['an ackId that is text', '{"type":"joinGroup","group":"g","ackId":"1"}'],
  ['an ackId beyond 64 bits', '{"type":"joinGroup","group":"g","ackId":18446744073709551616}'],
  ['no data', '{"type":"sendToGroup","group":"g"}'],
  ['text that is no string', '{"type":"event","event":"e","dataType":"text","data":1}'],
  ['bad base64', '{"type":"event","event":"e","dataType":"binary","data":"a"}'],
  ['an unknown dataType', '{"type":"event","event":"e","dataType":"xml","data":"a"}'],
  ['an event name that is none', '{"type":"event","event":"a b","data":1}'],
  ['a ttl out of range', '{"type":"sendToGroup","group":"g","data":1,"ttlSeconds":301}'],
  ['no sequenceId', '{"type":"sequenceAck"}'],
])('a frame with %s closes the connection with 1007', async (_name, frame) => {
  using client = await connect(['webpubsub.sendToGroup'])
  client.sendText(frame)
  expect((await client.closed).code).toBe(1007)
})

test('a binary frame closes with 1003, one over 1 MB with 1009, bad UTF-8 with 1007', async () => {
  using binary = await connect()
  binary.socket.send(Buffer.from('{"type":"ping"}'))
  expect((await binary.closed).code).toBe(1003)
  using big = await connect(['webpubsub.sendToGroup'], ['g'])
  const frame = (size: number): string => {
    const empty = JSON.stringify({ type: 'sendToGroup', group: 'g', dataType: 'text', data: '' })
    return JSON.stringify({
      type: 'sendToGroup',
      group: 'g',
      dataType: 'text',
      data: 'x'.repeat(size - empty.length),
    })
  }
  big.sendText(frame(1024 * 1024))
  expect(await big.next()).toMatchObject({ from: 'group' })
  big.sendText(frame(1024 * 1024 + 1))
  expect((await big.closed).code).toBe(1009)
  using garbled = await connect()
  garbled.socket.send(Buffer.from([0xff]), { binary: false })
  expect((await garbled.closed).code).toBe(1007)
  expect(emulator.connections()).toEqual([])
})

test('what is not implemented is refused by name and the connection lives on', async () => {
  using client = await connect(['webpubsub.sendToGroup'])
  client.send({ type: 'subscribeGroupState', group: 'g', ackId: 1 })
  expect(await client.next()).toMatchObject({
    ackId: 1,
    error: { name: 'BadRequest', message: 'Group state is not implemented by this emulator.' },
  })
  client.send({ type: 'ping' })
  expect(await client.next()).toEqual({ type: 'pong' })
})

test('what is not implemented and cannot be answered closes the connection with its name', async () => {
  using client = await connect()
  client.send({ type: 'setGroupState', group: 'g' })
  expect(await client.closed).toEqual({
    code: 1007,
    reason: 'Group state is not implemented by this emulator.',
  })
})

test('the SDK joins, sends and leaves over the plain protocol', async () => {
  using ann = await connectSdk(
    emulator,
    { userId: 'ann', roles: ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'] },
    'json',
  )
  await ann.client.joinGroup('g')
  await ann.client.sendToGroup('g', new Uint8Array([7]).buffer, 'binary')
  expect(ann.messages).toEqual([
    { from: 'group', data: new Uint8Array([7]).buffer, dataType: 'binary', sequenceId: undefined },
  ])
  await ann.client.leaveGroup('g')
  await ann.client.sendToGroup('g', { a: 1 }, 'json')
  expect(ann.messages).toHaveLength(1)
})

test('a client that does not read is cut off before its backlog grows without bound', async () => {
  using client = await connect([], ['slow'])
  client.socket.pause()
  const service = serviceClient(emulator)
  const megabyte = 'x'.repeat(1024 * 1024)
  const online = (): boolean => emulator.connections().some(({ groups }) => groups.includes('slow'))
  let sent = 0
  for (; sent < 100 && online(); sent++) {
    await service.group('slow').sendToAll(megabyte, { contentType: 'text/plain' })
  }
  expect(online()).toBe(false)
  expect(sent).toBeGreaterThan(16)
})
