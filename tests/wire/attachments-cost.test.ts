import { note, picture, upload } from '../support/media.ts'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

// What attachments cost at the database, counted by the emulator on the wire: a change that makes them dearer fails here.
let world: World
let ada: Person
let chatId: string
beforeAll(async () => {
  // As an app that stands by: feed and timers rest, only what the request itself does is counted.
  world = await startWorld({ settings: { STANDBY: 'true' } })
  ada = await world.register('ada')
  chatId = (await ada.call('POST', 'chats', { kind: 'group', name: 'Files' })).body.chatId
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

async function costOf(work: () => Promise<unknown>) {
  world.cosmos.stats.reset()
  await work()
  const cost = world.cosmos.stats.read()
  return {
    count: (name: string): number => cost[name]?.count ?? 0,
    units: (...names: string[]): number =>
      names.reduce((sum, name) => sum + (cost[name]?.requestUnits ?? 0), 0),
  }
}

const send = (id: string, content: object) =>
  ada.call('POST', `chats/${chatId}/messages`, { clientMessageId: id, content })

test('an upload: one read and one write', async () => {
  const { count, units } = await costOf(() => upload(ada, chatId, note()))
  expect(count('items.read')).toBe(1)
  expect(count('items.create')).toBe(1)
  expect(units('items.read', 'items.create')).toBeLessThanOrEqual(12)
})

test('a message with an attachment: one read and one write more than a text, which pays nothing for it', async () => {
  await send('warm-up', { type: 'text', text: 'warm' })
  const content = await upload(ada, chatId, picture(), 'image')
  const media = await costOf(() => send('media', content))
  expect(media.count('items.read')).toBe(1)
  expect(media.count('items.replace')).toBe(1)
  expect(media.units('items.read', 'items.replace')).toBeLessThanOrEqual(14)
  expect(media.count('items.batch')).toBe(1)
  const text = await costOf(() => send('text', { type: 'text', text: 'hello' }))
  expect([text.count('items.read'), text.count('items.replace')]).toEqual([0, 0])
  expect(text.units('items.batch')).toBeLessThanOrEqual(12)
})

test('the way to the bytes: three reads, and a query by key; a page of the list: two reads, and a query', async () => {
  const content = await upload(ada, chatId, note('read me'))
  await send('read', content)
  await ada.call('GET', 'users/me')
  const path = `chats/${chatId}/attachments`
  const way = await costOf(() => ada.call('GET', `${path}/${content.attachmentId}?redirect=false`))
  expect(way.count('items.read')).toBe(3)
  const list = await costOf(() => ada.call('GET', path))
  expect(list.count('items.read')).toBe(2)
})
