import { WebPubSubClient } from '@azure/web-pubsub-client'
import { call, PASSWORD, type Person, say } from '../support/person.ts'
import { openSocket, type Socket, seenEntries } from '../support/socket.ts'
import { serveSockets, startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
  // The sockets' events go to the second host, the people's calls to the first.
  serveSockets(world, 1)
}, 60_000)
afterEach(() => world.webPubSub.faults.clear())
afterAll(() => world[Symbol.asyncDispose]())

const direct = async (a: Person, b: Person): Promise<string> =>
  (await a.call('POST', 'chats', { kind: 'direct', userId: b.userId })).body.chatId
const ids = (entries: { clientMessageId?: string }[]) => entries.map(({ clientMessageId }) => clientMessageId)

test('a socket that a failing network cuts recovers and misses nothing', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const chatId = await direct(ada, bob)
  const { body } = await bob.call('POST', 'negotiate')
  const client = new WebPubSubClient(body.url, { keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 })
  const heard: string[] = []
  const all = Promise.withResolvers<void>()
  const connected = Promise.withResolvers<string>()
  let disconnects = 0
  client.on('connected', ({ connectionId }) => connected.resolve(connectionId))
  client.on('disconnected', () => {
    disconnects++
  })
  client.on('group-message', ({ message: { group, data } }) => {
    const { type, entries } = data as { type: string; entries: { clientMessageId: string }[] }
    if (group !== `chat.${chatId}` || type !== 'entries') return
    heard.push(...entries.map(({ clientMessageId }) => clientMessageId))
    if (heard.includes('m9')) all.resolve()
  })
  await client.start()
  const connectionId = await connected.promise
  for (let i = 0; i < 10; i++) {
    if (i % 3 === 1) expect(world.webPubSub.dropConnection(connectionId)).toBe(true)
    expect((await ada.call('POST', `chats/${chatId}/messages`, say(`m${i}`))).status).toBe(201)
  }
  await all.promise
  expect(heard).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9'])
  expect(disconnects).toBe(0)
  client.stop()
})

test('connect puts the socket into the groups of all its chats and of its session, and of no other', async () => {
  const [ada, bob, cy] = await Promise.all([
    world.register('ada'),
    world.register('bob'),
    world.register('cy'),
  ])
  const own = await Promise.all([direct(ada, bob), direct(ada, cy)])
  const left = (await bob.call('POST', 'chats', { kind: 'group', name: 'Left', members: [ada.userId] })).body
    .chatId
  await ada.call('DELETE', `chats/${left}/members/${ada.userId}`)
  await direct(bob, cy)
  await using socket = await ada.socket()
  const { groups } = world.webPubSub
    .connections()
    .find(({ connectionId }) => connectionId === socket.connectionId)!
  expect(groups.filter((group) => group.startsWith('chat.')).sort()).toEqual(
    own.map((id) => `chat.${id}`).sort(),
  )
  expect(groups.filter((group) => group.startsWith('session.'))).toHaveLength(1)
  expect(groups).toHaveLength(3)
})

test('a chat created between connect and connected is heard', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  // Neither the creator nor the feed can reach the sockets: `connected` alone is left to do it.
  world.webPubSub.faults.add({ operation: 'user.addToGroup', fault: { kind: 'status', status: 503 } })
  world.webPubSub.faults.add({
    operation: 'upstream.connected',
    fault: { kind: 'delay', ms: 2_000 },
    count: 1,
  })
  await using socket = await bob.socket()
  const chatId = await direct(ada, bob)
  const joined = () =>
    world.webPubSub
      .connections()
      .some(
        ({ connectionId, groups }) =>
          connectionId === socket.connectionId && groups.includes(`chat.${chatId}`),
      )
  expect(joined()).toBe(false)
  while (!joined()) await bob.call('GET', 'health')
  await ada.call('POST', `chats/${chatId}/messages`, say('hello'))
  await socket.wait(() => ids(seenEntries(socket, chatId)).includes('hello'))
})

const hears = ({ connectionId }: Socket, chatId: string): boolean =>
  world.webPubSub
    .connections()
    .some((known) => known.connectionId === connectionId && known.groups.includes(`chat.${chatId}`))

const group = async (owner: Person, ...members: string[]): Promise<string> =>
  (await owner.call('POST', 'chats', { kind: 'group', name: 'G', members })).body.chatId

test('a chat lost between connect and connected is not heard', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const chatId = await group(ada, bob.userId)
  // Whoever removes somebody reaches the sockets that are there: this one comes a moment later, so `connected` has to.
  world.webPubSub.faults.add({ operation: 'user.removeFromGroup', fault: { kind: 'status', status: 503 } })
  world.webPubSub.faults.add({
    operation: 'upstream.connected',
    fault: { kind: 'delay', ms: 5_000 },
    count: 1,
  })
  await using socket = await bob.socket()
  expect(hears(socket, chatId)).toBe(true)
  const { body } = await ada.call('DELETE', `chats/${chatId}/members/${bob.userId}`)
  expect(body.code).toBe('busy')
  while (hears(socket, chatId)) await ada.call('GET', 'health')
})

test('somebody removed in the middle of a sync does not hear the chat by it', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const chatId = await group(ada, bob.userId)
  await using socket = await bob.socket()
  const { faults } = world.webPubSub
  faults.add({ operation: 'group.addConnection', fault: { kind: 'delay', ms: 1_000 }, count: 1 })
  const synced = socket.command('sync')
  while ((faults.list()[0] as { left?: number }).left === 1) await ada.call('GET', 'health')
  expect((await ada.call('DELETE', `chats/${chatId}/members/${bob.userId}`)).status).toBe(204)
  expect(await synced).toMatchObject({ ok: true })
  expect(hears(socket, chatId)).toBe(false)
})

test('two devices of one person hear the same, each the other’s sends and reads', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const second = await call(world.apis[0]!, 'POST', 'auth/login', { login: ada.handle, password: PASSWORD })
  await using phone = await ada.socket()
  const negotiated = await call(world.apis[0]!, 'POST', 'negotiate', {}, second.body.accessToken)
  await using laptop = await openSocket(negotiated.body.url)
  const chatId = await direct(bob, ada)
  for (const device of [phone, laptop])
    expect(await device.wait(({ type }) => type === 'chat.added')).toMatchObject({ chat: { chatId } })
  await phone.command('messages.send', { chatId, ...say('from the phone') })
  await bob.call('POST', `chats/${chatId}/messages`, say('from bob'))
  await laptop.command('receipts.read', { chatId, seq: 5 })
  for (const device of [phone, laptop]) {
    await device.wait(() => seenEntries(device, chatId).length === 2)
    expect(ids(seenEntries(device, chatId))).toEqual(['from the phone', 'from bob'])
    expect(await device.wait(({ type }) => type === 'receipt')).toMatchObject({
      userId: ada.userId,
      read: { seq: 5 },
    })
  }
  const { status } = await call(world.apis[0]!, 'POST', 'auth/logout', {}, second.body.accessToken)
  expect(status).toBe(204)
  await laptop.closed
  expect(await phone.command('me.get')).toMatchObject({ ok: true })
})

test('a socket that opens in the second in which its session ends does not stay', async () => {
  const ada = await world.register('ada')
  const { body } = await ada.call('POST', 'negotiate')
  // From here on the host of the sockets takes what it knows of ended sessions for fresh.
  expect((await ada.call('GET', 'users/me', undefined, 1)).status).toBe(200)
  expect((await ada.call('POST', 'auth/logout')).status).toBe(204)
  const end = await openSocket(body.url).then(
    async (socket) => (await socket.closed).code,
    (error) => String(error),
  )
  expect([1000, 'Error: Refused with 401.']).toContain(end)
})
