// The simulation behind "past one region and one unit": its parts by hand, its end by what it promises.
import { readFileSync } from 'node:fs'
import { BOTS, busiest, commitUnits, GIANT, resourcesAt, SMALL, START } from '../../../bench/load.ts'
import { GOAL, goals, simulate, table } from '../../../bench/scale.ts'
import { aligned } from '../../../infra/cost/document.ts'

test('a chat by itself: 10.3 request units for a message, less when messages share a batch', () => {
  expect(commitUnits(1)).toBeCloseTo(10.3, 10)
  // 1,000 a second are batches of 10 at 10 ms: 1,000 × (6.3 + 4/10)
  expect(commitUnits(1_000)).toBeCloseTo(6_700, 10)
  // No batch holds more than 98 entries.
  expect(commitUnits(100_000)).toBeCloseTo(100_000 * (6.3 + 4 / 98), 5)
})

test('shares of chats sum up to all of the traffic', () => {
  const shares = busiest(1_000, 1_000)
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10)
  expect(shares[0]! / shares[99]!).toBeCloseTo(100 ** 0.8, 10)
})

test('where all chats are alike, each has its share', () => {
  expect(busiest(1_000, 3, 0)).toEqual([0.001, 0.001, 0.001])
})

test('the first thing to get short is the connections of two units, at 1,600 of them', () => {
  const [first] = simulate().bottlenecks
  expect(first).toMatchObject({ what: 'Web PubSub: connections', remedy: 'Premium P1, 10 units' })
  expect(first!.connections).toBeGreaterThan(1_600)
  expect(first!.connections).toBeLessThanOrEqual(1_700)
})

test('sends into groups end at 15,000 a second and service, however many units it has', () => {
  const sends = (unitsPerService: number, services: number): number | undefined =>
    resourcesAt(100, { ...START, unitsPerService, services }).find(({ name }) => name.endsWith('into groups'))
      ?.capacity
  expect([sends(2, 1), sends(10, 1), sends(100, 1), sends(1_000, 1), sends(1_000, 3)]).toEqual([
    360, 1_800, 15_000, 15_000, 45_000,
  ])
})

test('a load by hand: 10,000 connections in small chats', () => {
  const load = Object.fromEntries(resourcesAt(10_000, START).map(({ name, demand }) => [name, demand]))
  expect(load['Web PubSub: connections']).toBe(10_000)
  // 1,000 messages a second and 250 receipts
  expect(load['Web PubSub: events to the app']).toBe(1_250)
  // and 10 prompts with 30 deltas each
  expect(load['Web PubSub: sends into groups']).toBe(1_560)
  // 1,000 × (3 + reply) + 250 × (3 + reply) + 300 × 3
  expect(load['Web PubSub: deliveries']).toBe(5_900)
  // 10 prompts of 6 s, 16 on an instance
  expect(load['Functions: instances for bots']).toBe(3.75)
  expect(load['Queue bot-jobs']).toBe(10)
  expect(load['Storage account: requests']).toBe(30)
})

test.each([SMALL, GIANT, BOTS])('what is done against each limit is enough for the goal: $name', (shape) => {
  const { limits } = simulate(shape)
  const short = resourcesAt(GOAL.connections, limits, shape).filter(
    ({ demand, capacity }) => demand > capacity,
  )
  expect(short).toEqual([])
})

test('each shape has a shortage of its own', () => {
  const first = (shape: typeof SMALL): string | undefined =>
    simulate(shape).bottlenecks.find(({ what }) => what !== 'Web PubSub: connections')?.what
  expect(first(SMALL)).toBe('Cosmos DB: request units')
  expect(first(GIANT)).toBe('Cosmos DB: request units')
  expect(first(BOTS)).toBe('Web PubSub: sends into groups')
  expect(simulate(SMALL).limits).toMatchObject({ services: 11, unitsPerService: 200, apps: 1 })
  expect(simulate(GIANT).limits).toMatchObject({ services: 2, unitsPerService: 1_000, apps: 1 })
  expect(simulate(BOTS).limits).toMatchObject({ services: 44, apps: 8, queues: 10, accounts: 3 })
})

test.each([
  ['scale', table],
  ['shapes', goals],
])(
  'docs/operations.md shows what the simulation finds: %s (`node bench/scale.ts --write` puts it there)',
  (place, computed) => {
    const operations = readFileSync('docs/operations.md', 'utf8')
    const pattern = new RegExp(`<!-- ${place} -->\\n\\n([\\s\\S]*?)\\n\\n<!-- /${place} -->`)
    const [, shown] = pattern.exec(operations)!
    expect(shown).toBe(aligned(computed()))
  },
)
