import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('a chat whose partition holds all it can: writers are told so, readers notice nothing', async () => {
  const ada = await world.register('ada')
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'group', name: 'G' })).body
  const path = `chats/${chatId}/messages`
  const say = (id: string) => ({ clientMessageId: id, content: { type: 'text', text: id } })
  expect((await ada.call('POST', path, say('one'))).body.seq).toBe(3)
  // As Cosmos DB answers when a logical partition has 20 GB.
  const headers = { 'x-ms-substatus': '1014' }
  const fault = { kind: 'status' as const, status: 403, headers }
  world.cosmos.faults.add({ operation: 'items.batch', fault })
  const full = { status: 409, body: { code: 'limit-reached', retry: 'never' } }
  expect(await ada.call('POST', path, say('two'))).toMatchObject(full)
  expect(await ada.call('DELETE', `${path}/3`)).toMatchObject(full)
  // What was sent before is there, and is not sent again.
  expect(await ada.call('POST', path, say('one'))).toMatchObject({ status: 200, body: { seq: 3 } })
  expect((await ada.call('GET', path)).body.messages).toMatchObject([{ seq: 3, content: { text: 'one' } }])
  world.cosmos.faults.clear()
  expect((await ada.call('POST', path, say('two'))).body.seq).toBe(4)
})
