import { say } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('a pair has one direct chat, whoever starts it, at the same instant, through any host', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const answers = await Promise.all(
    [0, 1, 0, 1].flatMap((host) => [
      ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId }, host),
      bob.call('POST', 'chats', { kind: 'direct', userId: ada.userId }, host),
    ]),
  )
  expect(new Set(answers.map(({ body }) => body.chatId)).size).toBe(1)
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201])
  const { body } = await ada.call('GET', 'chats')
  expect(body.chats).toHaveLength(1)
  expect(body.chats[0].members.sort()).toEqual([ada.userId, bob.userId].sort())
})

test('a direct chat needs somebody else who exists', async () => {
  const ada = await world.register('ada')
  const own = await ada.call('POST', 'chats', { kind: 'direct', userId: ada.userId })
  expect(own.body).toMatchObject({ status: 400, code: 'invalid-request' })
  const nobody = await ada.call('POST', 'chats', { kind: 'direct', userId: 'nobody' })
  expect(nobody.body).toMatchObject({ status: 404, code: 'user-not-found' })
})

test('the same clientRequestId finds the chat it made; with another name it is refused', async () => {
  const ada = await world.register('ada')
  const ask = (name: string) => ada.call('POST', 'chats', { kind: 'group', name, clientRequestId: 'r1' })
  const first = await ask('Chess')
  expect(first.status).toBe(201)
  expect(first.body).toMatchObject({ kind: 'group', name: 'Chess', role: 'owner' })
  const again = await ask('Chess')
  expect(again.status).toBe(200)
  expect(again.body.chatId).toBe(first.body.chatId)
  expect((await ask('Checkers')).body.code).toBe('id-reused')
})

test('unread is counted from what was read, sent and joined', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [bob.userId] })
  const path = `chats/${chat.chatId}`
  const unread = async (person: typeof ada) => (await person.call('GET', 'chats')).body.chats[0].unread
  for (const id of ['1', '2', '3']) await ada.call('POST', `${path}/messages`, say(id))
  expect([await unread(ada), await unread(bob)]).toEqual([0, 3])
  const { body: receipt } = await bob.call('POST', `${path}/read`, { seq: 5 })
  expect(receipt).toMatchObject({ userId: bob.userId, read: { seq: 5 }, delivered: { seq: 5 } })
  expect(await unread(bob)).toBe(1)
  await bob.call('POST', `${path}/messages`, say('4'))
  expect([await unread(ada), await unread(bob)]).toEqual([1, 0])
  const back = await bob.call('POST', `${path}/read`, { seq: 4 })
  expect(back.body.read.seq).toBe(7)
  expect((await bob.call('POST', `${path}/read`, { seq: 99 })).body.code).toBe('invalid-request')
  const { body: list } = await ada.call('GET', 'chats')
  expect(list.chats[0].head).toMatchObject({ seq: 7, n: 4, preview: '4' })
})

test('a read receipt reaches the other’s socket', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  await ada.call('POST', `chats/${chat.chatId}/messages`, say('1'))
  await using socket = await ada.socket()
  await using other = await bob.socket()
  const reply = await other.command('receipts.read', { chatId: chat.chatId, seq: 4 })
  expect(reply).toMatchObject({ ok: true, result: { read: { seq: 4 } } })
  const frame = await socket.wait(({ type }) => type === 'receipt')
  expect(frame).toMatchObject({
    chatId: chat.chatId,
    userId: bob.userId,
    read: { seq: 4 },
    delivered: { seq: 4 },
  })
  const { body } = await ada.call('GET', `chats/${chat.chatId}/receipts`)
  expect(body.receipts.find((r: { userId: string }) => r.userId === bob.userId)).toMatchObject({
    read: { seq: 4 },
  })
})

test('who is added hears of it and sees the log from there on; who is removed is out at once', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'group', name: 'Late' })
  const path = `chats/${chat.chatId}`
  await ada.call('POST', `${path}/messages`, say('before'))
  await using socket = await bob.socket()
  expect((await ada.call('PUT', `${path}/members/${bob.userId}`, { role: 'member' })).status).toBe(200)
  expect(await socket.wait(({ type }) => type === 'chat.added')).toMatchObject({
    chat: { chatId: chat.chatId, unread: 0 },
  })
  await ada.call('POST', `${path}/messages`, say('after'))
  await socket.wait((frame) => frame.type === 'entries' && JSON.stringify(frame).includes('"after"'))
  const { body: seen } = await bob.call('GET', `${path}/messages`)
  expect(seen.messages.map((m: { content: { text: string } }) => m.content.text)).toEqual(['after'])

  expect((await ada.call('DELETE', `${path}/members/${bob.userId}`)).status).toBe(204)
  expect((await bob.call('POST', `${path}/messages`, say('too late'))).body.code).toBe('chat-not-found')
  expect((await bob.call('GET', `${path}/messages`, undefined, 1)).body.code).toBe('chat-not-found')
  await socket.wait(({ type }) => type === 'chat.removed')
  expect((await bob.call('GET', 'chats')).body.chats).toEqual([])
})

test('roles: a reader reads and does not write; a member changes nobody; the last owner stays', async () => {
  const [ada, bob, cy] = await Promise.all([
    world.register('ada'),
    world.register('bob'),
    world.register('cy'),
  ])
  const { body: chat } = await ada.call('POST', 'chats', {
    kind: 'group',
    name: 'R',
    members: [bob.userId, cy.userId],
  })
  const path = `chats/${chat.chatId}`
  const code = async (answer: Promise<{ body: { code?: string } }>) => (await answer).body.code
  expect(await code(bob.call('PUT', `${path}/members/${cy.userId}`, { role: 'reader' }))).toBe('forbidden')
  expect((await ada.call('PUT', `${path}/members/${cy.userId}`, { role: 'reader' })).status).toBe(200)
  expect(await code(cy.call('POST', `${path}/messages`, say('no')))).toBe('forbidden')
  expect((await cy.call('GET', `${path}/messages`)).status).toBe(200)
  expect(await code(ada.call('DELETE', `${path}/members/${ada.userId}`))).toBe('forbidden')
  await ada.call('PUT', `${path}/members/${bob.userId}`, { role: 'owner' })
  expect((await ada.call('DELETE', `${path}/members/${ada.userId}`)).status).toBe(204)
  const { body } = await bob.call('GET', `${path}/members`)
  expect(body.members.map((m: { role: string }) => m.role).sort()).toEqual(['owner', 'reader'])
})

test('two owners who leave at the same instant leave one behind', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'group', name: 'O', members: [bob.userId] })
  const path = `chats/${chat.chatId}/members`
  await ada.call('PUT', `${path}/${bob.userId}`, { role: 'owner' })
  const answers = await Promise.all([
    ada.call('DELETE', `${path}/${ada.userId}`, undefined, 0),
    bob.call('DELETE', `${path}/${bob.userId}`, undefined, 1),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 403])
})
