// What the change feed and the bots add to a message, held to docs/costs.md. When dearer is meant, or cheaper:
// `COSTS=write npm run -s jest -- tests/wire/costs/feed` writes the table anew.
import { type Container, CosmosClient } from '@azure/cosmos'
import type { Served } from '../../../emulators/cosmos/stats.ts'
import { seedCrowd } from '../../support/crowd.ts'
import { type Cost, measure } from '../../support/meter.ts'
import type { Person } from '../../support/person.ts'
import { startWorld, type World } from '../../support/world.ts'
import { text } from '../authorisation/scene.ts'
import { done } from './asks.ts'
import { complaints, readTable, type Table, writeTable } from './table.ts'

const TABLE: Table = {
  place: 'feed',
  subject: 'a message',
  columns: [
    ['requests', 'requests'],
    ['requestUnits', 'request units'],
    ['calls', 'calls of Web PubSub'],
  ],
}
const WRITES = process.env.COSTS === 'write'
const QUIET_MS = 400
const TRIES = 5

const table = readTable(TABLE)
const costs = new Map<string, Cost>()
let world: World
let ada: Person
let client: CosmosClient
let inbox: Container

beforeAll(async () => {
  // Timers rest: what they look for is nobody's message.
  world = await startWorld({ settings: { RESCUE_SCHEDULE: '0 0 0 1 1 *' } })
  client = new CosmosClient(world.cosmos.connectionString)
  inbox = client.database('parley').container('inbox')
  ada = await world.register('ada')
  const crowd = await seedCrowd(world, 'crowd', 199)
  const bob = await world.register('bob')
  const chats = {
    'in a direct chat': await make({ kind: 'direct', userId: bob.userId }),
    'in a group of 10': await make({ kind: 'group', name: 'Ten', members: crowd.slice(0, 9) }),
    'in a group of 200': await make({ kind: 'group', name: 'Many', members: crowd }),
  }
  // The people beyond the first thirty are let in by and by.
  await joined(chats['in a group of 200'], 200)
  for (const [name, { chatId }] of Object.entries(chats)) {
    await cost(name, () => send(chatId))
    await cost(
      `${name}, the first for a while`,
      () => send(chatId),
      () => makeQuiet(chatId),
    )
  }
  const bot = await make({ kind: 'bot' })
  await using socket = await ada.socket()
  const answered = async () => {
    const { seq } = await send(bot.chatId)
    await socket.wait((frame) => frame.type === 'run.ended' && (frame.replySeq as number) > seq)
  }
  await cost('to a bot, with its reply', answered)
}, 110_000)
afterAll(async () => {
  client?.dispose()
  await world?.[Symbol.asyncDispose]()
})

const make = async (chat: object): Promise<{ chatId: string }> => done(await ada.call('POST', 'chats', chat))

let messages = 0
const send = async (chatId: string): Promise<{ seq: number }> =>
  done(await ada.call('POST', `chats/${chatId}/messages`, text(`message ${100 + ++messages}`)))

async function joined({ chatId }: { chatId: string }, count: number): Promise<void> {
  const query = {
    query: 'SELECT VALUE COUNT(1) FROM c WHERE c.chatId = @chatId',
    parameters: [{ name: '@chatId', value: chatId }],
  }
  while ((await inbox.items.query<number>(query).fetchAll()).resources[0] !== count);
}

/** As if nothing had been said for a day. */
async function makeQuiet(chatId: string): Promise<void> {
  const query = {
    query: 'SELECT c.id, c.userId FROM c WHERE c.chatId = @chatId',
    parameters: [{ name: '@chatId', value: chatId }],
  }
  const { resources } = await inbox.items.query<{ id: string; userId: string }>(query).fetchAll()
  const yesterday = new Date(Date.now() - 86_400_000).toISOString()
  for (const { id, userId } of resources)
    await inbox.item(id, userId).patch([{ op: 'set', path: '/activeAt', value: yesterday }])
}

/** The cheapest of a few: the feed may take two messages at once, or look just before a head has moved. */
async function cost(name: string, work: () => Promise<unknown>, ready = async () => {}): Promise<void> {
  const line = table.get(name)
  for (let tries = 0; tries < TRIES; tries++) {
    await ready()
    await measure(world, async () => undefined, { ignore: isPoll, quietMs: QUIET_MS })
    const atLeast = WRITES ? 0 : (line?.requests ?? 0)
    const found = await measure(world, work, { ignore: isPoll, quietMs: QUIET_MS, atLeast, together: true })
    const known = costs.get(name)
    const isAsSaid = !WRITES && complaints(TABLE, line, found).length === 0
    if (isAsSaid || !known || found.requestUnits < known.requestUnits) costs.set(name, found)
    if (isAsSaid) return
  }
}

/** The feed asks by the clock, and keeps its place by the clock. */
const isPoll = ({ operation, container }: Served): boolean =>
  container === 'leases' || operation === 'items.changefeed'

test('the table has these lines and no other', () => {
  if (WRITES) writeTable(TABLE, costs)
  expect([...readTable(TABLE).keys()]).toEqual([...costs.keys()])
})

const names = ['in a direct chat', 'in a group of 10', 'in a group of 200'].flatMap((name) => [
  name,
  `${name}, the first for a while`,
])

test.each([...names, 'to a bot, with its reply'])('%s', (name) => {
  expect(complaints(TABLE, readTable(TABLE).get(name), costs.get(name)!)).toEqual([])
})
