import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

// What a message costs at the database, counted by the emulator on the wire: a change that makes it dearer fails here.
let world: World
let ada: Person
let chatId: string
beforeAll(async () => {
  // As an app that stands by: feed and timers rest, only what the request itself does is counted.
  world = await startWorld({ settings: { STANDBY: 'true' } })
  ada = await world.register('ada')
  const bob = await world.register('bob')
  chatId = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body.chatId
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

async function costOf(work: () => Promise<unknown>) {
  world.cosmos.stats.reset()
  await work()
  return world.cosmos.stats.read()
}

const send = (id: string, more: object = {}, host = 0) =>
  ada.call(
    'POST',
    `chats/${chatId}/messages`,
    { clientMessageId: id, content: { type: 'text', text: id }, ...more },
    host,
  )

test('a warm send: one round trip to commit, within 12 request units', async () => {
  await send('warm-up')
  const cost = await costOf(() => send('warm'))
  expect(cost['items.batch']!.count).toBe(1)
  expect(cost['items.batch']!.requestUnits).toBeLessThanOrEqual(12)
  expect(cost['items.query']?.count ?? 0).toBeLessThanOrEqual(1)
})

test('a cold process: one more to learn the tail, and one to learn which sessions ended', async () => {
  await world.addHost()
  await world.addHost()
  const queries = (cost: Awaited<ReturnType<typeof costOf>>) => cost['items.query']?.count ?? 0
  const hinted = await costOf(() => send('hinted', { lastSeq: 5 }, 1))
  expect(hinted['items.batch']!.count).toBe(1)
  expect(queries(hinted)).toBeLessThanOrEqual(1)
  const cold = await costOf(() => send('cold', {}, 2))
  expect(cold['items.batch']!.count).toBe(1)
  expect(queries(cold)).toBeLessThanOrEqual(2)
})

test('negotiate asks the database nothing but, once a second, which sessions ended', async () => {
  await ada.call('POST', 'negotiate')
  const cost = await costOf(() => ada.call('POST', 'negotiate'))
  expect(Object.keys(cost).filter((name) => name.startsWith('items.') && !/query/.test(name))).toEqual([])
  expect(cost['items.query']?.count ?? 0).toBeLessThanOrEqual(1)
})

test('an edit, a reaction, a deletion: one batch each, and few reads before and after', async () => {
  const { body } = await send('to be changed')
  const path = `chats/${chatId}/messages/${body.seq}`
  const content = { type: 'text', text: 'x' }
  const edited = await costOf(() => ada.call('PATCH', path, { clientMessageId: 'e', content }))
  const reacted = await costOf(() => ada.call('PUT', `${path}/reactions/👍`))
  const deleted = await costOf(() => ada.call('DELETE', path))
  for (const cost of [edited, reacted, deleted]) {
    expect(cost['items.batch']!.count).toBe(1)
    expect(cost['items.batch']!.requestUnits).toBeLessThanOrEqual(24)
    // The asker's inbox, the head and the message; of an edit, the message once more as it is published.
    expect(cost['items.read']!.count).toBeLessThanOrEqual(5)
  }
  // Once a second which sessions ended, and of an edit whether somebody may not see it; the tail is known.
  const queries = (cost: Awaited<ReturnType<typeof costOf>>) => cost['items.query']?.count ?? 0
  expect(queries(edited)).toBeLessThanOrEqual(2)
  expect(queries(reacted)).toBeLessThanOrEqual(1)
  expect(queries(deleted)).toBeLessThanOrEqual(1)
  const again = await costOf(() => ada.call('DELETE', path))
  expect(again['items.batch']).toBeUndefined()
})
