// Computed properties: in projections, conditions, groups and orders, in a partition and over ranges.
import type { Container } from '@azure/cosmos'
import { type EmulatorAccount, startEmulator, statusOf } from './start.ts'

const COMPUTED = [
  { name: 'low', query: 'SELECT VALUE LOWER(d.name) FROM d' },
  { name: 'square', query: 'SELECT VALUE POWER(c.n, 2) FROM c' },
]
let account: EmulatorAccount
let container: Container
beforeAll(async () => {
  account = await startEmulator({ ranges: 2 })
  container = await account.container({ computedProperties: COMPUTED })
  for (const [i, name] of ['Bob', 'ada', 'BOB', 'Eve'].entries()) {
    await container.items.create({ id: `${i}`, pk: 'p', name, n: i })
    await container.items.create({ id: `${i}${i}`, pk: `${i}`, name, n: i })
  }
})
afterAll(() => account[Symbol.asyncDispose]())

test.each<[string, unknown[]]>([
  ['SELECT c.low, c.square FROM c WHERE c.id = "2"', [{ low: 'bob', square: 4 }]],
  ['SELECT VALUE c.id FROM c WHERE c.low = "bob" AND c.square < 4', ['0']],
  ['SELECT VALUE x.id FROM x WHERE x["low"] != "bob" ORDER BY x.n DESC', ['3', '1']],
  ['SELECT VALUE c.id FROM c ORDER BY c.low', ['1', '0', '2', '3']],
  ['SELECT DISTINCT VALUE c.low FROM c', ['bob', 'ada', 'eve']],
  [
    'SELECT c.low, COUNT(1) AS many FROM c WHERE c.low > "b" GROUP BY c.low',
    [
      { low: 'bob', many: 2 },
      { low: 'eve', many: 1 },
    ],
  ],
  ['SELECT VALUE c.nothing FROM c', []],
])('in a partition: %s', async (query, expected) => {
  const { resources } = await container.items.query(query, { partitionKey: 'p' }).fetchAll()
  expect(resources).toEqual(expected)
})

test.each<[string, unknown[]]>([
  ['SELECT VALUE c.id FROM c WHERE c.pk != "p" ORDER BY c.low DESC, c.n', ['33', '00', '22', '11']],
  ['SELECT VALUE c.low FROM c WHERE c.pk != "p" ORDER BY c.low', ['ada', 'bob', 'bob', 'eve']],
  ['SELECT VALUE MAX(c.low) FROM c', ['eve']],
])('over ranges: %s', async (query, expected) => {
  expect((await container.items.query(query).fetchAll()).resources).toEqual(expected)
})

test('an item does not hold them, and they can be replaced', async () => {
  const { resource } = await container.read()
  expect(resource).toMatchObject({ computedProperties: COMPUTED })
  expect((await container.item('0', 'p').read()).resource).not.toHaveProperty('low')
  const other = await account.container({ computedProperties: COMPUTED })
  await other.items.create({ id: 'a', pk: 'p', name: 'Ann' })
  const ask = async () =>
    (await other.items.query('SELECT VALUE c.low FROM c', { partitionKey: 'p' }).fetchAll()).resources
  expect(await ask()).toEqual(['ann'])
  await other.replace({ ...(await other.read()).resource!, computedProperties: [] })
  expect(await ask()).toEqual([])
})

test.each([
  [{ name: 'low', query: 'SELECT VALUE LOWER(c.name) FROM c' }],
  [[{ name: 'low', query: 'SELECT c.name FROM c' }]],
  [[{ name: 'low', query: 'SELECT VALUE c.name FROM c WHERE c.n = 1' }]],
  [[{ name: 'low', query: 'SELECT VALUE NOSUCH' }]],
])('refused: %j', async (computedProperties) => {
  expect(await statusOf(account.container({ computedProperties } as object))).toBe(400)
})
