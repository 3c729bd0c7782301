// The simulation behind "past one region and one unit": its parts by hand, its end by what it promises.
import { readFileSync } from 'node:fs'
import { busiest, commitUnits, GOAL, resourcesAt, simulate, table } from '../../../bench/scale.ts'
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

test('the first thing to get short is the connections of two units, at 1,600 of them', () => {
  const [first] = simulate().bottlenecks
  expect(first).toMatchObject({ what: 'Web PubSub: connections', remedy: 'Premium P1, 10 units' })
  expect(first!.connections).toBeGreaterThan(1_600)
  expect(first!.connections).toBeLessThanOrEqual(1_700)
})

test('what is done against each limit is enough for the goal', () => {
  const { limits } = simulate()
  const short = resourcesAt(GOAL.connections, limits).filter(({ demand, capacity }) => demand > capacity)
  expect(short).toEqual([])
  expect(limits).toMatchObject({ unitsPerService: 1_000, services: 2 })
})

test('docs/operations.md shows what the simulation finds (`node bench/scale.ts --write` puts it there)', () => {
  const operations = readFileSync('docs/operations.md', 'utf8')
  const [, shown] = /<!-- scale -->\n\n([\s\S]*?)\n\n<!-- \/scale -->/.exec(operations)!
  expect(shown).toBe(aligned(table()))
})
