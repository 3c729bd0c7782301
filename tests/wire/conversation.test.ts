import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const text = (value: string) => ({ type: 'text', text: value })

test('a message sent over REST and one sent over the socket reach every member, in order', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { status, body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  expect(status).toBe(201)
  expect(chat).toMatchObject({
    kind: 'direct',
    name: 'bob',
    role: 'member',
    unread: 0,
    head: { seq: 3, n: 0 },
  })
  await using adaSocket = await ada.socket()
  await using bobSocket = await bob.socket()

  const sent = await ada.call('POST', `chats/${chat.chatId}/messages`, {
    clientMessageId: 'm1',
    content: text('hello'),
  })
  expect(sent.status).toBe(201)
  expect(sent.body).toEqual({
    chatId: chat.chatId,
    seq: 4,
    n: 1,
    type: 'message',
    senderId: ada.userId,
    createdAt: sent.body.createdAt,
    clientMessageId: 'm1',
    content: { type: 'text', text: 'hello' },
  })
  const reply = await bobSocket.command('messages.send', {
    chatId: chat.chatId,
    clientMessageId: 'm2',
    content: text('hi'),
  })
  expect(reply).toMatchObject({ ok: true, result: { seq: 5, n: 2, senderId: bob.userId } })
  for (const socket of [adaSocket, bobSocket]) {
    const last = await socket.wait(
      (frame) => frame.type === 'entries' && JSON.stringify(frame).includes('"seq":5'),
    )
    expect(last).toMatchObject({ chatId: chat.chatId, entries: [{ seq: 5, content: { text: 'hi' } }] })
  }
  const history = await bob.call('GET', `chats/${chat.chatId}/messages`)
  expect(history.body).toMatchObject({ more: false, messages: [{ seq: 4 }, { seq: 5 }] })
})
