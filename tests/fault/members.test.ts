import { CosmosClient } from '@azure/cosmos'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterEach(() => world.cosmos.faults.clear())
afterAll(() => world[Symbol.asyncDispose]())

/** The next batch is carried out, and nobody hears of it. */
const loseAnswer = () =>
  world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'lose-answer' }, count: 1 })

test('answers to membership changes are lost: each is made once, and is in force when it is answered', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'group', name: 'G' })
  const path = `chats/${chat.chatId}`
  await using socket = await ada.socket()
  const member = `${path}/members/${bob.userId}`

  loseAnswer()
  expect((await ada.call('PUT', member, { role: 'member' })).status).toBe(200)
  expect((await bob.call('GET', `${path}/messages`)).status).toBe(200)

  loseAnswer()
  expect((await ada.call('DELETE', member)).status).toBe(204)
  expect((await bob.call('GET', `${path}/messages`)).body.code).toBe('chat-not-found')

  expect((await ada.call('PUT', member, { role: 'reader' })).status).toBe(200)
  loseAnswer()
  expect((await bob.call('DELETE', member)).status).toBe(204)
  expect((await bob.call('GET', `${path}/messages`)).body.code).toBe('chat-not-found')

  const { body: log } = await ada.call('GET', `${path}/log?after=2`)
  expect(log.entries).toMatchObject([
    { seq: 3, change: 'added', role: 'member' },
    { seq: 4, change: 'removed' },
    { seq: 5, change: 'added', role: 'reader' },
    { seq: 6, change: 'left' },
  ])
  await socket.wait((frame) => frame.type === 'entries' && JSON.stringify(frame).includes('"seq":6'))
})

test('somebody who floods a chat can be removed from it, and is silent from the answer on', async () => {
  const [ada, mal] = await Promise.all([world.register('ada'), world.register('mal')])
  await world.addHost()
  const { body: chat } = await ada.call('POST', 'chats', {
    kind: 'group',
    name: 'Flood',
    members: [mal.userId],
  })
  const path = `chats/${chat.chatId}`
  let sent = 0
  let refused = 0
  const flood = async (host: number): Promise<void> => {
    while (refused < 32) {
      const id = `f${++sent}`
      const message = { clientMessageId: id, content: { type: 'text', text: id } }
      const { status } = await mal.call('POST', `${path}/messages`, message, host)
      if (status === 404) refused++
    }
  }
  const floods = Array.from({ length: 32 }, (_, i) => flood(i % 2))
  while (sent < 200) await ada.call('GET', 'health')
  const before = sent
  const removed = await ada.call('DELETE', `${path}/members/${mal.userId}`)
  const meanwhile = sent - before
  refused = removed.status === 204 ? refused : 32
  await Promise.all(floods)
  expect(removed.status).toBe(204)
  // Who floods does not starve who removes: so many sends are two or three seconds of them.
  expect(meanwhile).toBeLessThan(2_000)
  const { body: head } = await ada.call('GET', path)
  const { body: log } = await ada.call('GET', `${path}/log?after=${head.head.seq - 1}`)
  expect(log.entries.at(-1)).toMatchObject({ type: 'member', change: 'removed', userId: mal.userId })
}, 60_000)

test('somebody whose right to write is missing can be made a reader, and removed', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const members = [bob.userId]
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'group', name: 'S', members })
  const client = new CosmosClient(world.cosmos.connectionString)
  const chats = client.database('parley').container('chats')
  const silence = () => chats.item(`writer:${bob.userId}`, chat.chatId).delete()
  const member = `chats/${chat.chatId}/members/${bob.userId}`

  await silence()
  expect((await ada.call('PUT', member, { role: 'reader' })).body.code).toBeUndefined()
  expect((await ada.call('PUT', member, { role: 'member' })).body.code).toBeUndefined()
  await silence()
  expect((await ada.call('DELETE', member)).status).toBe(204)
  expect((await bob.call('GET', `chats/${chat.chatId}`)).body.code).toBe('chat-not-found')
  client.dispose()
})
