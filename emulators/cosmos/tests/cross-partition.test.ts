// Queries over many partitions, merged by the SDK's own pipeline from our query plans, on one range and on four.
import type { Container, FeedOptions } from '@azure/cosmos'
import { startAccount, startEmulator, type TestAccount } from './start.ts'

let account: TestAccount
const containers = new Map<number, Container>()
beforeAll(async () => {
  account = await startEmulator({ ranges: 4 })
})
afterAll(() => account[Symbol.asyncDispose]())

// Forty documents in twenty partitions: n from 0 to 39, the team changes every ten, a tag every second, no odd score.
const TEAMS = ['red', 'green', 'blue', 'amber']
const document = (n: number) => ({
  id: `${n}`,
  pk: `p${n % 20}`,
  n,
  team: TEAMS[Math.floor(n / 10)],
  half: n < 20,
  tags: [n % 2 ? 'odd' : 'even', 'all'],
  ...(n % 2 === 0 && { score: n / 4 }),
})

describe.each([1, 4])('%i physical ranges', (ranges) => {
  let other: TestAccount | undefined
  beforeAll(async () => {
    if (ranges === 1) other = await startAccount()
    const container = await (other ?? account).container({
      indexingPolicy: {
        compositeIndexes: [
          [
            { path: '/half', order: 'ascending' },
            { path: '/n', order: 'descending' },
          ],
        ],
      },
    })
    containers.set(ranges, container)
    for (let n = 0; n < 40; n++) await container.items.create(document(n))
  })
  afterAll(() => other?.[Symbol.asyncDispose]())

  const all = async (text: string, options: FeedOptions = {}, parameters: Record<string, number> = {}) => {
    const list = Object.entries(parameters).map(([name, value]) => ({ name, value }))
    const spec = { query: text, parameters: list }
    return (await containers.get(ranges)!.items.query(spec, options).fetchAll()).resources
  }
  const sorted = (values: unknown[]) =>
    values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

  test.each<[string, unknown[]]>([
    ['SELECT VALUE c.n FROM c WHERE c.n < 6 ORDER BY c.n', [0, 1, 2, 3, 4, 5]],
    ['SELECT VALUE c.n FROM c WHERE c.n > 33 ORDER BY c.n DESC', [39, 38, 37, 36, 35, 34]],
    ['SELECT TOP 3 VALUE c.n FROM c ORDER BY c.n DESC', [39, 38, 37]],
    ['SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 18 LIMIT 4', [18, 19, 20, 21]],
    ['SELECT VALUE c.n FROM c WHERE c.n IN (18, 19, 20, 21) ORDER BY c.half, c.n DESC', [21, 20, 19, 18]],
    [
      'SELECT c.id, c.n + 1 AS next FROM c WHERE c.n < 2 ORDER BY c.n',
      [
        { id: '0', next: 1 },
        { id: '1', next: 2 },
      ],
    ],
    ['SELECT VALUE c.score FROM c WHERE c.n < 7 ORDER BY c.n', [0, 0.5, 1, 1.5]],
    ['SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.n < 2 ORDER BY c.n', ['even', 'all', 'odd', 'all']],
    ['SELECT DISTINCT VALUE c.team FROM c ORDER BY c.team', ['amber', 'blue', 'green', 'red']],
    ['SELECT VALUE COUNT(1) FROM c', [40]],
    ['SELECT VALUE COUNT(c.score) FROM c WHERE c.n < 10', [5]],
    ['SELECT VALUE SUM(c.n) FROM c', [780]],
    ['SELECT VALUE AVG(c.n) FROM c WHERE c.n < 9', [4]],
    ['SELECT VALUE MIN(c.n) FROM c WHERE c.n > 6', [7]],
    ['SELECT VALUE SUM(c.n) FROM c WHERE c.n < 4 ORDER BY c.n', [6]],
    ['SELECT VALUE MAX(c.team) FROM c', ['red']],
    ['SELECT VALUE SUM(c.team) FROM c', []],
    ['SELECT VALUE COUNT(1) FROM c WHERE c.n > 99', [0]],
    ['SELECT COUNT(1) AS all, MAX(c.n) AS high FROM c', [{ all: 40, high: 39 }]],
    ['SELECT VALUE COUNTIF(c.half) FROM c', [20]],
  ])('%s', async (text, expected) => {
    expect(await all(text)).toEqual(expected)
  })

  test.each<[string, unknown[]]>([
    ['SELECT DISTINCT VALUE c.team FROM c', ['amber', 'blue', 'green', 'red']],
    [
      'SELECT DISTINCT c.half, c.team FROM c WHERE c.n < 20',
      [
        { half: true, team: 'green' },
        { half: true, team: 'red' },
      ],
    ],
    [
      'SELECT c.team, COUNT(1) AS many, MIN(c.n) AS low, AVG(c.n) AS mean FROM c GROUP BY c.team',
      [
        { team: 'amber', many: 10, low: 30, mean: 34.5 },
        { team: 'blue', many: 10, low: 20, mean: 24.5 },
        { team: 'green', many: 10, low: 10, mean: 14.5 },
        { team: 'red', many: 10, low: 0, mean: 4.5 },
      ],
    ],
    ['SELECT VALUE c.team FROM c GROUP BY c.team', ['amber', 'blue', 'green', 'red']],
    ['SELECT VALUE SUM(c.n) FROM c GROUP BY c.half', [190, 590]],
    [
      'SELECT UPPER(c.team) AS name FROM c WHERE c.half GROUP BY UPPER(c.team)',
      [{ name: 'GREEN' }, { name: 'RED' }],
    ],
  ])('%s, in no order', async (text, expected) => {
    expect(sorted(await all(text))).toEqual(expected)
  })

  test('TOP and OFFSET LIMIT without an order, given as parameters', async () => {
    expect((await all('SELECT TOP @n * FROM c', {}, { '@n': 7 })).length).toBe(7)
    const text = 'SELECT VALUE c.n FROM c OFFSET @o LIMIT @l'
    expect((await all(text, {}, { '@o': 35, '@l': 10 })).length).toBe(5)
  })

  test('partition keys in the WHERE limit an order to their ranges', async () => {
    const text = 'SELECT VALUE c.n FROM c WHERE c.pk IN ("p3", "p11", "none") ORDER BY c.n DESC'
    expect(await all(text)).toEqual([31, 23, 11, 3])
  })

  test('a forced plan gives the same results', async () => {
    const options = { forceQueryPlan: true }
    expect(await all('SELECT VALUE 1 + 1', options)).toEqual([2])
    expect((await all('SELECT * FROM c WHERE c.half', options)).length).toBe(20)
    expect(await all('SELECT VALUE c.n FROM c WHERE c.pk = "p7"', options)).toEqual([7, 27])
  })

  test.each([
    ['SELECT VALUE c.n FROM c', 40],
    ['SELECT VALUE c.n FROM c ORDER BY c.n DESC', 40],
    ['SELECT VALUE c.n FROM c ORDER BY c.team', 40],
    ['SELECT TOP 23 VALUE c.n FROM c ORDER BY c.n', 23],
    ['SELECT VALUE c.n FROM c ORDER BY c.n DESC OFFSET 3 LIMIT 30', 30],
  ])(
    'query control: pages of %s, each by a new iterator from a token, repeat and miss nothing',
    async (query, count) => {
      const found: unknown[] = []
      let continuationToken: string | undefined
      let pages = 0
      do {
        const options = {
          enableQueryControl: true,
          maxItemCount: 7,
          ...(continuationToken && { continuationToken }),
        }
        const iterator = containers.get(ranges)!.items.query(query, options)
        const page = await iterator.fetchNext()
        found.push(...(page.resources ?? []))
        // The SDK still hands out a token when TOP or LIMIT are used up.
        continuationToken = iterator.hasMoreResults() ? page.continuationToken : undefined
      } while (continuationToken && ++pages < 60)
      expect(pages).toBeLessThan(60)
      if (!query.includes('ORDER'))
        expect(sorted(found)).toEqual(sorted(Array.from({ length: 40 }, (_, n) => n)))
      else if (!query.includes('c.team')) expect(found).toEqual(await all(query))
      expect(found.length).toBe(count)
    },
  )
})

test.each([
  [
    'SELECT VALUE COUNT(1) + 1 FROM c',
    "Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates.",
  ],
  ['SELECT COUNT(1) + 1 AS more FROM c', 'Compositions of aggregates and other expressions are unsupported.'],
])('%s is refused', async (text, message) => {
  await expect(containers.get(4)!.items.query(text).fetchAll()).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining(message),
  })
})

test('the plan of a query, as the SDK reads it', async () => {
  const container = containers.get(4)!
  const { result } = await container.getQueryPlan(
    'SELECT c.n AS x FROM c JOIN t IN c.tags WHERE c["a b"] > 1 ORDER BY c.n DESC OFFSET 2 LIMIT 3',
  )
  expect(result).toEqual({
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: 'None',
      top: null,
      offset: 2,
      limit: 3,
      orderBy: ['Descending'],
      orderByExpressions: ['c.n'],
      groupByExpressions: [],
      groupByAliases: [],
      aggregates: [],
      groupByAliasToAggregateType: {},
      rewrittenQuery:
        'SELECT TOP 5 c._rid AS _rid, [{"item": c.n}] AS orderByItems, {"x": c.n} AS payload\nFROM c AS c JOIN t IN c.tags\nWHERE (c["a b"] > 1)\nAND ({documentdb-formattableorderbyquery-filter})\nORDER BY c.n DESC',
      hasSelectValue: false,
      hasNonStreamingOrderBy: false,
      dCountInfo: null,
    },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  })
})

test('the results of a query are not ranged over across partitions', async () => {
  const text = 'SELECT VALUE COUNT(1) FROM (SELECT DISTINCT c.team FROM c)'
  const { items } = containers.get(4)!
  await expect(items.query(text).fetchAll()).rejects.toMatchObject({
    code: 501,
    message: expect.stringContaining('a subquery over the documents of several partitions'),
  })
})

test('a client that wants to ask the ranges itself is given a plan, though there is nothing to merge', async () => {
  await using account = await startEmulator({ ranges: 2 })
  const container = await account.container()
  for (const id of ['a', 'b', 'c', 'd']) await container.items.create({ id, pk: id })
  account.cosmos.stats.reset()
  const iterator = container.items.query('SELECT VALUE c.id FROM c', { maxDegreeOfParallelism: 2 })
  expect((await iterator.fetchAll()).resources.sort()).toEqual(['a', 'b', 'c', 'd'])
  expect(account.cosmos.stats.read()['items.query']?.statuses).toEqual({ 200: 2, 400: 1 })
})
