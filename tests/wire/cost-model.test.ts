// The request units that docs/cost.md reckons with, measured: whatever makes an operation dearer fails here first. When that is
// meant: mend infra/cost/measured.json, then `npm run cost -- --write` and `node bench/scale.ts --write`.
import measured from '../../infra/cost/measured.json' with { type: 'json' }
import { SYNC_KB } from '../../infra/cost/model.ts'
import type { Person } from '../support/person.ts'
import type { Socket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

const MESSAGES = 60
let world: World
let ada: Person
let bob: Person
let chatId: string
let ours: Socket
let theirs: Socket
beforeAll(async () => {
  // As an app that stands by: leases and polls of the feed go by the clock and would be counted with the rest.
  world = await startWorld({ settings: { STANDBY: 'true' } })
  ada = await world.register('ada')
  bob = await world.register('bob')
  chatId = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body.chatId
  for (const name of ['one', 'two', 'three', 'four']) {
    await bob.call('POST', 'chats', { kind: 'group', name })
  }
  ours = await ada.socket()
  theirs = await bob.socket()
  await send(0)
}, 60_000)
afterAll(async () => {
  await ours[Symbol.asyncDispose]()
  await theirs[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const send = (i: number) =>
  ours.command('messages.send', {
    chatId,
    clientMessageId: `m${i}`,
    content: {
      type: 'text',
      text: `A hundred characters, as people write them to each other when they have something to say. ${i}`,
    },
  })

type Charge = { count: number; requestUnits: number }

/** What the work was charged for items. */
async function chargesOf(work: () => Promise<unknown>): Promise<Record<string, Charge> & { all: Charge }> {
  world.cosmos.stats.reset()
  await work()
  const items = Object.entries(world.cosmos.stats.read()).filter(([name]) => name.startsWith('items.'))
  const requestUnits = items.reduce((sum, [, charge]) => sum + charge.requestUnits, 0)
  return { ...Object.fromEntries(items), all: { count: items.length, requestUnits } }
}

/** Within a tenth. */
function expectAbout(value: number, expected: number): void {
  expect(value).toBeGreaterThan(expected * 0.9)
  expect(value).toBeLessThan(expected * 1.1)
}

test('a message: one batch that commits it, one patch of the head, and nothing beside but which sessions ended', async () => {
  const charges = await chargesOf(async () => {
    for (let i = 1; i <= MESSAGES; i++) await send(i)
  })
  expect(charges['items.batch']).toMatchObject({ count: MESSAGES })
  expectAbout(charges['items.batch']!.requestUnits / MESSAGES, measured.commit)
  // The last head may still be on its way.
  const { count, requestUnits } = charges['items.patch']!
  expect(count).toBeGreaterThanOrEqual(MESSAGES - 1)
  expectAbout(requestUnits / count, measured.head)
  // Once a second the process asks which sessions ended.
  const others = Object.keys(charges).filter((name) => !/^items\.query/.test(name))
  expect(others.sort()).toEqual(['all', 'items.batch', 'items.patch'])
})

test('what a process that is asked anything asks once a second: which sessions ended', async () => {
  world.cosmos.stats.reset()
  const queries = (): Charge | undefined => world.cosmos.stats.read()['items.query']
  while ((queries()?.count ?? 0) < 2) await bob.call('GET', 'users/me')
  const { count, requestUnits } = queries()!
  expectAbout(requestUnits / count, measured.endedSessions)
})

test('a read receipt', async () => {
  const charges = await chargesOf(async () => {
    for (let seq = 10; seq < 40; seq++) await theirs.command('receipts.read', { chatId, seq })
  })
  expectAbout(charges.all.requestUnits / 30, measured.receipt)
})

test('a page of history', async () => {
  const charges = await chargesOf(async () => {
    for (let i = 0; i < 60; i++) await bob.call('GET', `chats/${chatId}/messages?limit=50`)
  })
  // What the process does once a second, and what the test before left to do, is little beside so many.
  expectAbout(charges.all.requestUnits / 60, measured.historyPage)
})

test('a connection that opens and synchronises five chats', async () => {
  let answer: unknown
  const charges = await chargesOf(async () => {
    for (let i = 0; i < 5; i++) {
      await using socket = await bob.socket()
      answer = await socket.command('sync', {})
    }
  })
  expectAbout(charges.all.requestUnits / 5, measured.connectAndSync)
  expectAbout(JSON.stringify(answer).length / 1_000, SYNC_KB)
})

test('a feed at rest: what a poll, a renewed place and a timer take', async () => {
  const counted = (name: string): number => world.cosmos.stats.read()[name]?.count ?? 0
  const until = async (there: () => boolean): Promise<void> => {
    while (!there()) await new Promise((done) => setImmediate(done))
  }
  world.cosmos.stats.reset()
  await world.addHost({ STANDBY: '', FEED_POLL_DELAY_MS: '200' })
  // It starts with all that was written so far; after that it finds nothing.
  await until(() => counted('items.changefeed') > 10)
  world.cosmos.stats.reset()
  await until(
    () => counted('items.changefeed') > 4 && counted('items.replace') > 2 && counted('items.queryplan') > 1,
  )
  const charges: Record<string, Charge> = world.cosmos.stats.read()
  const each = (name: string): number => charges[name]!.requestUnits / charges[name]!.count
  expectAbout(each('items.changefeed'), measured.emptyPoll)
  // Reading a batch, then the lease read and replaced: that keeps the place.
  expectAbout(each('items.changefeed') + each('items.read') + each('items.replace'), measured.feedPerBatch)
  // The chat and its head.
  expectAbout(2 * each('items.read'), measured.feedPerChatOfBatch)
  const queries = charges['items.query']!.requestUnits + charges['items.queryplan']!.requestUnits
  expectAbout(queries / charges['items.queryplan']!.count, measured.timer)
}, 30_000)
