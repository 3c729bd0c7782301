// Full-text search by words: with an index and without, and that the index finds a rare word without reading the partition.
import type { Container, JSONObject } from '@azure/cosmos'
import { type EmulatorAccount, startEmulator, statusOf } from './start.ts'

let account: EmulatorAccount
beforeAll(async () => {
  account = await startEmulator()
})
afterAll(() => account[Symbol.asyncDispose]())

const INDEXED = {
  fullTextPolicy: { defaultLanguage: 'en-US', fullTextPaths: [{ path: '/content/text', language: 'en-US' }] },
  indexingPolicy: { includedPaths: [{ path: '/*' }], fullTextIndexes: [{ path: '/content/text' }] },
}
const message = (pk: string, seq: number, text: unknown) =>
  ({ id: `${seq}`, pk, seq, content: { text } }) as JSONObject

async function ids(container: Container, pk: string, where: string, words: string[] = []): Promise<string> {
  const parameters = words.map((value, i) => ({ name: `@w${i + 1}`, value }))
  const query = { query: `SELECT VALUE c.id FROM c WHERE ${where} ORDER BY c.seq`, parameters }
  const { resources } = await container.items.query<string>(query, { partitionKey: pk }).fetchAll()
  return resources.join(' ')
}

describe.each([
  ['with an index', INDEXED],
  ['without', {}],
])('%s', (_, definition) => {
  let container: Container
  beforeAll(async () => {
    container = await account.container(definition)
    const texts = [
      'The red bicycle is in the garage',
      'Helmets are not optional, bicycles are',
      "Anna's RED helmet",
      42,
      'Straße nach Köln',
      'a garage for the red, red car',
    ]
    for (const [i, text] of texts.entries()) await container.items.create(message('p', i + 1, text))
    await container.items.create(message('q', 7, 'red elsewhere'))
    await container.items.create({ id: '8', pk: 'p', seq: 8, content: 'red' })
    await container.items.create(message('p', 9, '1,977 people of the United Kingdom, 1963-69'))
  })

  test.each<[string, string[], string]>([
    ['FullTextContains(c.content.text, @w1)', ['red'], '1 3 6'],
    ['FullTextContains(c.content.text, @w1)', ['Bicycles'], '1 2'],
    ['FullTextContains(c.content.text, @w1)', ['red helmet'], '3'],
    ['FullTextContains(c.content.text, @w1)', ['helmet red'], ''],
    ['FullTextContains(c.content.text, @w1)', ['the'], ''],
    ['FullTextContains(c.content.text, @w1)', [''], ''],
    ['FullTextContains(c.content.text, @w1)', ['anna'], '3'],
    ['FullTextContains(c.content.text, @w1)', ['STRASSE'], ''],
    ['FullTextContains(c.content.text, @w1)', ['köln'], '5'],
    ['FullTextContainsAll(c.content.text, @w1, @w2)', ['garage', 'red'], '1 6'],
    ['FullTextContainsAll(c.content.text, @w1, @w2)', ['the', 'red'], '1 3 6'],
    ['FullTextContainsAll(c.content.text, @w1, @w2)', ['red bicycle', 'garage'], '1'],
    ['FullTextContainsAny(c.content.text, @w1, @w2)', ['optional', 'car'], '2 6'],
    ['FullTextContainsAny(c.content.text, @w1, @w2, @w3)', ['red helmet', 'red car', 'köln'], '3 5 6'],
    ['FullTextContains(c.content.text, @w1) OR c.seq = 4', ['optional'], '2 4'],
    [
      'FullTextContains(c.content.text, @w1) OR FullTextContains(c.content.text, @w2)',
      ['red car', 'köln'],
      '5 6',
    ],
    ['NOT FullTextContains(c.content.text, @w1)', ['red'], '2 5 9'],
    ['FullTextContains(c.content.text, @w1) AND c.seq < 6', ['red'], '1 3'],
    ['FullTextContains(c.content.text, @missing)', [], ''],
    ['FullTextContains(c.content.text, @w1)', ['1,977'], '9'],
    ['FullTextContains(c.content.text, @w1)', ['977'], ''],
    ['FullTextContains(c.content.text, @w1)', ['69'], '9'],
    ['FullTextContains(c.content.text, @w1)', ['United States'], '9'],
    ['FullTextContains(c.content.text, @w1)', ['states'], ''],
  ])('%s of %j', async (where, words, expected) => {
    expect(await ids(container, 'p', where, words)).toBe(expected)
  })

  test('across partitions', async () => {
    const query = 'SELECT VALUE c.id FROM c WHERE FullTextContains(c.content.text, "red")'
    const { resources } = await container.items.query<string>(query).fetchAll()
    expect(resources.sort()).toEqual(['1', '3', '6', '7'])
  })
})

test('what is written, replaced, patched, deleted or rolled back is found, or not, at once', async () => {
  const container = await account.container(INDEXED)
  const find = (word: string) => ids(container, 'p', 'FullTextContains(c.content.text, @w1)', [word])
  await container.items.create(message('p', 1, 'secret plans'))
  await container.items.create(message('p', 2, 'secret hopes'))
  await container.items.create(message('p', 3, 'secret fears'))
  expect(await find('secret')).toBe('1 2 3')
  await container.item('1', 'p').patch([{ op: 'remove', path: '/content/text' }])
  await container.item('2', 'p').patch([{ op: 'set', path: '/content/text', value: 'known hopes' }])
  await container.item('3', 'p').delete()
  expect(await find('secret')).toBe('')
  expect(await find('hope')).toBe('2')
  await container.items.upsert(message('p', 2, 'other dreams'))
  await container.items.batch(
    [
      { operationType: 'Create', resourceBody: message('p', 4, 'rolled hope') },
      { operationType: 'Read', id: 'nobody' },
    ],
    'p',
  )
  expect(await find('hope')).toBe('')
  expect(await find('dreams')).toBe('2')
})

test('a partition whose first text was rolled back does not count its next ones with another’s', async () => {
  const container = await account.container(INDEXED)
  const twice = ['1', '1'].map((id) => ({
    operationType: 'Create' as const,
    resourceBody: { id, pk: 'a', seq: 1, content: { text: 'fox' } },
  }))
  expect((await container.items.batch(twice, 'a')).code).toBe(207)
  await container.items.create(message('b', 2, 'fox'))
  await container.items.create(message('a', 3, 'fox'))
  await container.items.create(message('a', 4, 'fox'))
  expect(await ids(container, 'a', 'FullTextContains(c.content.text, @w1)', ['fox'])).toBe('3 4')
  expect(await ids(container, 'b', 'FullTextContains(c.content.text, @w1)', ['fox'])).toBe('2')
})

test('what has expired is not found, before the sweep and after it', async () => {
  let now = 1_700_000_000_000
  await using other = await startEmulator({ clock: () => now })
  const container = await other.container({ ...INDEXED, defaultTtl: -1 })
  await container.items.create({ ...message('p', 1, 'gone soon'), ttl: 10 })
  await container.items.create(message('p', 2, 'soon but here'))
  expect(await ids(container, 'p', 'FullTextContains(c.content.text, "soon")')).toBe('1 2')
  now += 11_000
  expect(await ids(container, 'p', 'FullTextContains(c.content.text, "soon")')).toBe('2')
  await container.items.create(message('p', 1, 'another text'))
  expect(await ids(container, 'p', 'FullTextContains(c.content.text, "soon")')).toBe('2')
})

test('an index is built over what there is, and taken away again', async () => {
  const container = await account.container()
  await container.items.create(message('p', 1, 'an early bird'))
  const { resource } = await container.read()
  await container.replace({ ...resource!, ...INDEXED })
  expect(await ids(container, 'p', 'FullTextContains(c.content.text, "birds")')).toBe('1')
  await container.replace(resource!)
  expect(await ids(container, 'p', 'FullTextContains(c.content.text, "birds")')).toBe('1')
})

test('refused: an index without its policy, a wildcard, a language nobody knows', async () => {
  const { fullTextPolicy, indexingPolicy } = INDEXED
  const german = { defaultLanguage: 'de-DE', fullTextPaths: [] }
  expect(await statusOf(account.container({ indexingPolicy }))).toBe(400)
  const wild = { includedPaths: [{ path: '/*' }], fullTextIndexes: [{ path: '/content/*' }] }
  expect(await statusOf(account.container({ fullTextPolicy, indexingPolicy: wild }))).toBe(400)
  expect(await statusOf(account.container({ fullTextPolicy: german }))).toBe(501)
})

describe('a partition of 6,000 texts', () => {
  let container: Container
  beforeAll(async () => {
    container = await account.container(INDEXED)
    for (let seq = 1; seq <= 6000; seq += 100) {
      const create = Array.from({ length: 100 }, (_, i) => {
        const text = `common words${(seq + i) % 1000 === 7 ? ' and a needle' : ''}`
        return { operationType: 'Create' as const, resourceBody: message('p', seq + i, text) }
      })
      await container.items.batch(create, 'p')
    }
  })

  const SEARCH =
    'SELECT TOP 50 * FROM c WHERE c.pk = "p" AND FullTextContainsAll(c.content.text, @a, @b) AND c.seq < @before ORDER BY c.seq DESC'
  const search = async (a: string, b: string, before: number) => {
    const parameters = [
      { name: '@a', value: a },
      { name: '@b', value: b },
      { name: '@before', value: before },
    ]
    const options = { partitionKey: 'p', populateQueryMetrics: true }
    const page = await container.items.query({ query: SEARCH, parameters }, options).fetchAll()
    return { seqs: page.resources.map(({ seq }) => seq as number), charge: page.requestCharge }
  }

  test('a rare word: the newest first, for the price of what is found', async () => {
    const { seqs, charge } = await search('needle', 'common', 5007)
    expect(seqs).toEqual([4007, 3007, 2007, 1007, 7])
    expect(charge).toBeLessThan(2.6)
  })

  test('a common word: the first page, for the price of a page', async () => {
    const { seqs, charge } = await search('common', 'word', 5001)
    expect([seqs.length, seqs[0], seqs.at(-1)]).toEqual([50, 5000, 4951])
    expect(charge).toBeLessThan(5)
  })

  test('pages of a word go on where the last one ended', async () => {
    const query =
      'SELECT VALUE c.seq FROM c WHERE FullTextContains(c.content.text, "needle") ORDER BY c.seq DESC'
    const pages: number[][] = []
    const iterator = container.items.query<number>(query, { partitionKey: 'p', maxItemCount: 4 })
    while (iterator.hasMoreResults()) pages.push((await iterator.fetchNext()).resources ?? [])
    expect(pages).toEqual([
      [5007, 4007, 3007, 2007],
      [1007, 7],
    ])
  })
})

test.each([
  [{ fullTextPaths: [{ path: 'text' }] }, [], 'The Full Text Policy contains an invalid Path: text'],
  [
    { defaultLanguage: 'xx-XX' },
    [],
    'contains an unsupported language xx-XX. Supported languages are: en-US, fr-FR',
  ],
  [
    { fullTextPaths: [{ path: '/a' }] },
    [{ path: '/b' }],
    'The path of the Full Text Index /b does not match the path',
  ],
  [
    { fullTextPaths: [{ path: '/a' }] },
    [{ path: 'a' }],
    'Full-text index specification at index (0) contains invalid path',
  ],
  [{ fullTextPaths: [{ path: '/a' }] }, [{}], 'Missing path in full-text index specification at index (0)'],
])('a policy %j with indexes %j is refused', async (policy, fullTextIndexes, message) => {
  const fullTextPolicy = { defaultLanguage: 'en-US', ...policy }
  await expect(
    account.container({ fullTextPolicy, indexingPolicy: { fullTextIndexes } } as object),
  ).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining(message),
  })
})

test('a policy is echoed as it was given', async () => {
  const fullTextPolicy = { defaultLanguage: 'en-US' }
  const container = await account.container({ fullTextPolicy } as object)
  expect((await container.read()).resource?.fullTextPolicy).toEqual(fullTextPolicy)
})
