import { type Person, say } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ada: Person
let path: string
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
  ada = await world.register('ada')
  const bob = await world.register('bob')
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  path = `chats/${chat.chatId}/messages`
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const count = async (id: string) => {
  const { body } = await ada.call('GET', `${path.replace('messages', 'log')}?after=0`)
  return body.entries.filter((entry: { clientMessageId?: string }) => entry.clientMessageId === id).length
}

test('the same id through the same process, another one, and one that started later: the first entry each time', async () => {
  const first = await ada.call('POST', path, say('same'))
  expect(first.status).toBe(201)
  await ada.call('POST', path, say('in between'))
  for (const host of [0, 1]) {
    const again = await ada.call('POST', path, say('same'), host)
    expect(again.status).toBe(200)
    expect(again.body).toEqual(first.body)
  }
  await world.addHost()
  const later = await ada.call('POST', path, say('same'), 2)
  expect(later.status).toBe(200)
  expect(later.body).toEqual(first.body)
  expect(await count('same')).toBe(1)
})

test('the same id with other content is refused, at once and while the first is under way', async () => {
  const [a, b] = await Promise.all([
    ada.call('POST', path, say('reused', 'one')),
    ada.call('POST', path, say('reused', 'two')),
  ])
  expect([a.status, b.status].sort()).toEqual([201, 409])
  const later = await ada.call('POST', path, say('reused', 'three'), 1)
  expect(later.body).toMatchObject({ status: 409, code: 'id-reused', retry: 'never' })
  expect(await count('reused')).toBe(1)
})

test('an answer lost between the database and us: the commit is found, not repeated', async () => {
  world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'lose-answer' }, count: 1 })
  const sent = await ada.call('POST', path, say('lost-1'))
  expect([200, 201]).toContain(sent.status)
  expect(await count('lost-1')).toBe(1)
})

test('half an answer, a refusal before the commit, and a throttled one: sent once all the same', async () => {
  for (const [id, fault] of [
    ['half', { kind: 'half-answer' }],
    ['dropped', { kind: 'drop' }],
    ['s503', { kind: 'status', status: 503 }],
    ['s408', { kind: 'status', status: 408 }],
    ['s449', { kind: 'status', status: 449 }],
    ['s429', { kind: 'status', status: 429, headers: { 'x-ms-retry-after-ms': '10' } }],
  ] as const) {
    world.cosmos.faults.add({ operation: 'items.batch', fault, count: 1 })
    const sent = await ada.call('POST', path, say(id))
    expect({ id, ok: sent.status === 201 || sent.status === 200 }).toEqual({ id, ok: true })
    expect({ id, count: await count(id) }).toEqual({ id, count: 1 })
  }
})

test('a database that stays away is answered 503, and the same id succeeds afterwards', async () => {
  world.cosmos.faults.add({ operation: 'items.*', fault: { kind: 'status', status: 503 } })
  const refused = await ada.call('POST', path, say('outage'))
  expect(refused.status).toBe(503)
  expect(refused.body.retry).toBe('same-id')
  world.cosmos.faults.clear()
  expect((await ada.call('POST', path, say('outage'))).status).toBe(201)
  expect(await count('outage')).toBe(1)
})
