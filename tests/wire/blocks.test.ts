import { directChatId } from '../../shared/domain/id.ts'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const pair = async (): Promise<[Person, Person]> => [await world.register('ada'), await world.register('bob')]
const open = (from: Person, to: Person, host = 0) =>
  from.call('POST', 'chats', { kind: 'direct', userId: to.userId }, host)
const block = (from: Person, whom: Person, host = 0) =>
  from.call('PUT', `users/me/blocks/${whom.userId}`, undefined, host)
const unblock = (from: Person, whom: Person) => from.call('DELETE', `users/me/blocks/${whom.userId}`)
let sent = 0
const send = async (from: Person, chatId: string, host = 0) => {
  const content = { type: 'text', text: 'hi' }
  const ask = { clientMessageId: `m${++sent}`, content }
  const { status, body } = await from.call('POST', `chats/${chatId}/messages`, ask, host)
  return status === 201 ? 'sent' : `${status} ${body.code}`
}

test('a blocked person can no longer write, and can again when the block is taken back', async () => {
  const [ada, bob] = await pair()
  const { chatId } = (await open(ada, bob)).body
  expect(await send(bob, chatId)).toBe('sent')
  expect((await block(ada, bob)).status).toBe(204)
  expect(await send(bob, chatId)).toBe('403 blocked')
  expect(await send(bob, chatId, 1)).toBe('403 blocked')
  await using socket = await bob.socket()
  const content = { type: 'text', text: 'hi' }
  const reply = await socket.command('messages.send', { chatId, clientMessageId: 's1', content })
  expect(reply.error).toMatchObject({ code: 'blocked', status: 403, retry: 'never' })
  expect((await socket.command('typing', { chatId })).error).toMatchObject({ code: 'blocked' })
  expect(await send(ada, chatId)).toBe('sent')
  const { body: seen } = await bob.call('GET', `chats/${chatId}/messages`)
  expect(seen.messages).toHaveLength(2)
  const { body } = await ada.call('GET', 'users/me/blocks')
  expect(body.blocks).toEqual([{ userId: bob.userId, blockedAt: expect.stringMatching(/^\d{4}-.*Z$/) }])
  expect((await unblock(ada, bob)).status).toBe(204)
  expect(await send(bob, chatId)).toBe('sent')
  expect((await ada.call('GET', 'users/me/blocks')).body.blocks).toEqual([])
})

test('a blocked person cannot open a direct chat; the blocker can, and is not answered', async () => {
  const [ada, bob] = await pair()
  await block(ada, bob)
  const refused = await open(bob, ada)
  expect([refused.status, refused.body.code]).toEqual([403, 'blocked'])
  expect((await ada.call('GET', 'chats')).body.chats).toEqual([])
  const { status, body } = await open(ada, bob)
  expect(status).toBe(201)
  expect(await send(ada, body.chatId)).toBe('sent')
  expect(await send(bob, body.chatId)).toBe('403 blocked')
})

test('blocks each way are independent, in any order', async () => {
  const [ada, bob] = await pair()
  const { chatId } = (await open(ada, bob)).body
  const both = async () => [await send(ada, chatId), await send(bob, chatId)]
  await Promise.all([block(ada, bob), block(bob, ada, 1)])
  expect(await both()).toEqual(['403 blocked', '403 blocked'])
  await unblock(ada, bob)
  expect(await both()).toEqual(['403 blocked', 'sent'])
  await block(ada, bob)
  await unblock(bob, ada)
  expect(await both()).toEqual(['sent', '403 blocked'])
  await unblock(ada, bob)
  await unblock(ada, bob)
  expect(await both()).toEqual(['sent', 'sent'])
})

test('in a group a block changes nothing', async () => {
  const [ada, bob] = await pair()
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [bob.userId] })
  await block(ada, bob)
  expect(await send(bob, body.chatId)).toBe('sent')
})

test('block and opening at the same instant: nothing of the blocked one’s gets through afterwards', async () => {
  for (let round = 0; round < 8; round++) {
    const [ada, bob] = await pair()
    const [opened, blocked] = await Promise.all([open(bob, ada, round % 2), block(ada, bob, (round + 1) % 2)])
    expect(blocked.status).toBe(204)
    expect([201, 403]).toContain(opened.status)
    const chatId = directChatId(ada.userId, bob.userId)
    expect(await send(bob, chatId)).toBe(opened.status === 201 ? '403 blocked' : '404 chat-not-found')
  }
})

test('block and its end at the same instant: the chat follows what was decided', async () => {
  const [ada, bob] = await pair()
  const { chatId } = (await open(ada, bob)).body
  for (let round = 0; round < 6; round++) {
    await Promise.all([block(ada, bob, round % 2), unblock(ada, bob), block(ada, bob, 1)])
    const { blocks } = (await ada.call('GET', 'users/me/blocks')).body
    expect(await send(bob, chatId)).toBe(blocks.length > 0 ? '403 blocked' : 'sent')
  }
})

test('only somebody else who exists is blocked', async () => {
  const ada = await world.register('ada')
  const own = await block(ada, ada)
  expect([own.status, own.body.code, own.body.errors[0].path]).toEqual([400, 'invalid-request', 'userId'])
  const nobody = await ada.call('PUT', 'users/me/blocks/nobody')
  expect([nobody.status, nobody.body.code]).toEqual([404, 'user-not-found'])
  expect((await ada.call('DELETE', 'users/me/blocks/nobody')).status).toBe(204)
})
