import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('a receipt that was pushed while a client was away reaches it by sync, also when nothing was said since', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body
  await ada.call('POST', `chats/${chatId}/messages`, {
    clientMessageId: 'm',
    content: { type: 'text', text: 'read me' },
  })
  await using before = await ada.socket()
  const { result: first } = (await before.command('sync')) as { result?: { since: string } }
  await before.close()
  await bob.call('POST', `chats/${chatId}/read`, { seq: 4 })
  await using socket = await ada.socket()
  const since = first!.since
  const { result } = await socket.command('sync', { chats: { [chatId]: 4 }, ...(since !== '' && { since }) })
  expect(JSON.stringify(result)).toContain(bob.userId)
})
