// Ranges that are split while clients that know the old ones are at work, and reads of a part of a range.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChangeFeedStartFrom, type Container } from '@azure/cosmos'
import { startEmulator } from './start.ts'

const KEYS = Array.from({ length: 24 }, (_, i) => `room-${i}`)
const fill = (container: Container, id: string) =>
  Promise.all(KEYS.map((pk) => container.items.create({ id, pk, n: Number(id) })))

async function drain(feed: ReturnType<Container['items']['getChangeFeedIterator']>): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const { result, statusCode } = await feed.readNext()
    if (statusCode === 304) return found.sort()
    for (const document of result) found.push(`${(document as { pk?: string }).pk}/${document.id}`)
  }
}
const named = (id: string) => KEYS.map((pk) => `${pk}/${id}`).sort()

test('a split: new ids, new bounds, the old id is answered 410 with sub-status 1002', async () => {
  await using account = await startEmulator()
  const container = await account.container()
  await fill(container, '1')
  expect(account.cosmos.split('db', container.id, '0')).toEqual([
    { id: '1', minInclusive: '', maxExclusive: '20', parents: ['0'] },
    { id: '2', minInclusive: '20', maxExclusive: 'FF', parents: ['0'] },
  ])
  const answer = await fetch(new URL('/_emulator/split', account.cosmos.url), {
    method: 'POST',
    body: JSON.stringify({ database: 'db', container: container.id, range: '2' }),
  })
  expect(await answer.json()).toMatchObject({
    ranges: [
      { id: '1' },
      { id: '3', minInclusive: '20', maxExclusive: '30', parents: ['0', '2'] },
      { id: '4', minInclusive: '30', maxExclusive: 'FF' },
    ],
  })
  expect(() => account.cosmos.split('db', container.id, '0')).toThrow("no partition key range '0'")
  const { resources } = await container.readPartitionKeyRanges().fetchAll()
  expect(resources.map(({ id, parents }) => [id, parents])).toEqual([
    ['1', ['0']],
    ['3', ['0', '2']],
    ['4', ['0', '2']],
  ])
})

test('a change feed reader goes on over splits: nothing lost, nothing twice', async () => {
  await using account = await startEmulator({ ranges: 2 })
  const container = await account.container()
  await fill(container, '1')
  const changeFeedStartFrom = ChangeFeedStartFrom.Beginning()
  const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom, maxItemCount: 5 })
  const { result, continuationToken } = await feed.readNext()
  expect(result.length).toBe(5)
  const before = result.map((document) => `${(document as { pk?: string }).pk}/${document.id}`)
  for (const id of ['0', '1', '2']) account.cosmos.split('db', container.id, id)
  await fill(container, '2')
  const both = [...named('1'), ...named('2')].sort()
  expect([...before, ...(await drain(feed))].sort()).toEqual(both)
  const resumed = container.items.getChangeFeedIterator({
    changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuationToken),
  })
  expect([...before, ...(await drain(resumed))].sort()).toEqual(both)
  account.cosmos.split('db', container.id, '5')
  await fill(container, '3')
  expect(await drain(feed)).toEqual(named('3'))
})

test.each([2, 1])('a query being paged goes on over splits, over version %i keys', async (version) => {
  await using account = await startEmulator({ ranges: 2 })
  const container = await account.container({ partitionKey: { paths: ['/pk'], version } })
  await fill(container, '1')
  const pages = container.items.query<string>('SELECT VALUE c.pk FROM c ORDER BY c.pk', { maxItemCount: 6 })
  const found = [...(await pages.fetchNext()).resources]
  expect(found.length).toBe(6)
  account.cosmos.split('db', container.id, '0')
  account.cosmos.split('db', container.id, '1')
  while (pages.hasMoreResults()) found.push(...((await pages.fetchNext()).resources ?? []))
  expect(found).toEqual(KEYS.toSorted())
})

test('bulk writes of a client that knows the old ranges', async () => {
  await using account = await startEmulator({ ranges: 2 })
  const container = await account.container()
  await fill(container, '1')
  await container.getFeedRanges()
  account.cosmos.split('db', container.id, '1')
  const results = await container.items.executeBulkOperations(
    KEYS.map((pk) => ({ operationType: 'Create', partitionKey: pk, resourceBody: { id: '2', pk } })),
  )
  expect(results.map(({ response }) => response?.statusCode)).toEqual(Array(24).fill(201))
  const counted = await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()
  expect(counted.resources).toEqual([48])
})

test('a range can be split until it is too small', async () => {
  await using account = await startEmulator()
  const container = await account.container()
  await fill(container, '1')
  const split = () =>
    account.cosmos.split('db', container.id, account.cosmos.split('db', container.id, id)[0]!.id)
  let id = '0'
  for (let i = 0; i < 60; i++) id = split()[0]!.id
  expect(() => {
    for (let i = 0; i < 60; i++) id = split()[0]!.id
  }).toThrow('too small to be split')
  expect((await container.items.query('SELECT * FROM c WHERE c.n = 1').fetchAll()).resources.length).toBe(24)
})

test('splits survive a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cosmos-split-'))
  let id: string
  let continuationToken: string
  {
    await using account = await startEmulator({ dataDir })
    const container = await account.container()
    id = container.id
    await fill(container, '1')
    const changeFeedStartFrom = ChangeFeedStartFrom.Beginning()
    continuationToken = (await container.items.getChangeFeedIterator({ changeFeedStartFrom }).readNext())
      .continuationToken
    account.cosmos.split('db', id, '0')
  }
  await using account = await startEmulator({ dataDir })
  const container = account.database.container(id)
  const { resources } = await container.readPartitionKeyRanges().fetchAll()
  expect(resources.map((range) => range.id)).toEqual(['1', '2'])
  await fill(container, '2')
  const changeFeedStartFrom = ChangeFeedStartFrom.Continuation(continuationToken)
  expect(await drain(container.items.getChangeFeedIterator({ changeFeedStartFrom }))).toEqual(named('2'))
  await rm(dataDir, { recursive: true })
})

test('the change feed of the first levels of a hierarchical key, inside of a split range', async () => {
  await using account = await startEmulator({ ranges: 2 })
  const container = await account.container({
    partitionKey: { paths: ['/tenant', '/user'], kind: 'MultiHash' as never, version: 2 },
  })
  const write = async (id: string) => {
    for (const tenant of ['a', 'b', 'c']) {
      for (const user of ['x', 'y']) await container.items.create({ id, tenant, user })
    }
  }
  await write('1')
  const feed = container.items.getChangeFeedIterator({
    changeFeedStartFrom: ChangeFeedStartFrom.Beginning(['b']),
  })
  const read = async () => {
    const { result } = await feed.readNext()
    return result
      .map((one) => one as { tenant?: string; user?: string; id: string })
      .map(({ tenant, user, id }) => `${tenant}${user}${id}`)
  }
  expect(await read()).toEqual(['bx1', 'by1'])
  for (const { id } of account.cosmos.split('db', container.id, '0'))
    account.cosmos.split('db', container.id, id)
  await write('2')
  expect(await read()).toEqual(['bx2', 'by2'])
  expect(await read()).toEqual([])
  const grouped = await container.items
    .query('SELECT c.user, COUNT(1) AS many FROM c GROUP BY c.user', { partitionKey: ['b'] })
    .fetchAll()
  expect(grouped.resources).toEqual([
    { user: 'x', many: 2 },
    { user: 'y', many: 2 },
  ])
})
