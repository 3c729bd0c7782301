// Ranking by relevance: ORDER BY RANK within a partition, and over several ranges through the SDK's own pipeline.
import type { Container } from '@azure/cosmos'
import { type EmulatorAccount, startEmulator } from './start.ts'

let account: EmulatorAccount
beforeAll(async () => {
  account = await startEmulator({ ranges: 3 })
})
afterAll(() => account[Symbol.asyncDispose]())

const TEXTS: Record<string, unknown> = {
  'red bicycle': 'red bicycle',
  'red car': 'red red red car',
  long: 'a long text about very many other things, and about the red bicycles in it somewhere',
  boat: 'blue boat',
  number: 7,
}
const INDEX = {
  fullTextPolicy: { defaultLanguage: 'en-US', fullTextPaths: [{ path: '/text', language: 'en-US' }] },
  indexingPolicy: { includedPaths: [{ path: '/*' }], fullTextIndexes: [{ path: '/text' }] },
}

async function ranked(container: Container, rest: string, partitionKey?: string): Promise<unknown[]> {
  const query = {
    query: `SELECT ${rest}`,
    parameters: [{ name: '@word', value: 'red' }],
  }
  const { resources } = await container.items.query(query, partitionKey ? { partitionKey } : {}).fetchAll()
  return resources
}

const QUERIES: [string, string[]][] = [
  ['TOP 2 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, "bicycle")', ['red bicycle', 'long']],
  ['TOP 3 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, @word)', ['red car', 'red bicycle', 'long']],
  ['TOP 2 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, ["car", "boat"])', ['boat', 'red car']],
  [
    'VALUE c.id FROM c WHERE c.text != "red bicycle" ORDER BY RANK FullTextScore(c.text, "bicycle") OFFSET 0 LIMIT 1',
    ['long'],
  ],
  [
    'TOP 3 VALUE c.id FROM c ORDER BY RANK RRF(FullTextScore(c.text, "red"), FullTextScore(c.text, "bicycle"))',
    ['red bicycle', 'red car', 'long'],
  ],
  [
    'TOP 3 VALUE c.id FROM c ORDER BY RANK RRF(FullTextScore(c.text, "red"), FullTextScore(c.text, "bicycle"), [3, 1])',
    ['red car', 'red bicycle', 'long'],
  ],
  ['VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, "red") OFFSET 1 LIMIT 2', ['red bicycle', 'long']],
]

describe.each([
  ['with an index', INDEX],
  ['without', {}],
])('%s', (_, definition) => {
  let one: Container
  let spread: Container
  beforeAll(async () => {
    one = await account.container(definition)
    spread = await account.container(definition)
    for (const [id, text] of Object.entries(TEXTS)) {
      await one.items.create({ id, pk: 'p', text })
      await spread.items.create({ id, pk: id, text })
    }
  })

  test.each(QUERIES)('in one partition: %s', async (rest, expected) => {
    expect(await ranked(one, rest, 'p')).toEqual(expected)
  })

  test.each(QUERIES)('over three ranges: %s', async (rest, expected) => {
    expect(await ranked(spread, rest.replace('VALUE c.id', 'c.id'))).toEqual(expected.map((id) => ({ id })))
  })

  test('all of a partition: what has none of the words comes last, as it was created', async () => {
    const rest = 'VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, "boat")'
    expect(await ranked(one, rest, 'p')).toEqual(['boat', 'red bicycle', 'red car', 'long', 'number'])
  })
})

test('pages of a ranking', async () => {
  const container = await account.container(INDEX)
  for (const [id, text] of Object.entries(TEXTS)) await container.items.create({ id, pk: 'p', text })
  const query = 'SELECT VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, "red")'
  const iterator = container.items.query<string>(query, { partitionKey: 'p', maxItemCount: 2 })
  const pages: string[][] = []
  while (iterator.hasMoreResults()) pages.push((await iterator.fetchNext()).resources ?? [])
  expect(pages).toEqual([['red car', 'red bicycle'], ['long', 'boat'], ['number']])
})

test('a word in one of two documents of average length scores the logarithm of 2', async () => {
  const container = await account.container()
  const rest = 'VALUE _FullTextScore("cat dog", ["cat"], 2, 4, [1])'
  expect(await ranked(container, rest, 'p')).toEqual([Math.LN2])
})

test('a rare word in a big partition costs what it finds', async () => {
  const container = await account.container(INDEX)
  for (let n = 0; n < 2000; n += 100) {
    const create = Array.from({ length: 100 }, (_, i) => ({
      operationType: 'Create' as const,
      resourceBody: { id: `${n + i}`, pk: 'p', text: n + i === 777 ? 'one needle' : 'plain hay' },
    }))
    await container.items.batch(create, 'p')
  }
  const query = 'SELECT TOP 1 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, "needle")'
  const page = await container.items.query(query, { partitionKey: 'p' }).fetchAll()
  expect(page.resources).toEqual(['777'])
  expect(page.requestCharge).toBeLessThan(2.5)
})
