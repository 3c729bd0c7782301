// The change feed in its latest-version mode: order, pages, where it starts, how it ends.
import { ChangeFeedStartFrom, type Container, StatusCodes } from '@azure/cosmos'
import { startEmulator, type TestAccount } from './start.ts'

let account: TestAccount
let container: Container
let now = Date.UTC(2026, 0, 1)
beforeAll(async () => {
  account = await startEmulator({ clock: () => now })
})
afterAll(() => account[Symbol.asyncDispose]())
beforeEach(async () => {
  container = await account.container()
})

const create = (id: string, pk = 'p') => container.items.create({ id, pk })

function open(changeFeedStartFrom: ChangeFeedStartFrom, maxItemCount = 100) {
  const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom, maxItemCount })
  return async () => {
    const { result, statusCode, continuationToken } = await feed.readNext()
    return { ids: result.map(({ id }) => id), statusCode, continuationToken }
  }
}

test('from the beginning, in order of last modification, updates coalesced, deletes unseen; then 304', async () => {
  for (const id of ['1', '2', '3']) await create(id)
  await container.item('1', 'p').replace({ id: '1', pk: 'p', v: 2 })
  await container.item('2', 'p').delete()
  const next = open(ChangeFeedStartFrom.Beginning())
  expect((await next()).ids).toEqual(['3', '1'])
  expect(await next()).toMatchObject({ ids: [], statusCode: StatusCodes.NotModified })
  await create('4')
  expect((await next()).ids).toEqual(['4'])
})

test('pages of the size asked for, resumed from a token by another reader', async () => {
  for (let i = 1; i <= 5; i++) await create(`${i}`)
  const first = await open(ChangeFeedStartFrom.Beginning(), 2)()
  expect(first.ids).toEqual(['1', '2'])
  const other = open(ChangeFeedStartFrom.Continuation(first.continuationToken), 2)
  expect([(await other()).ids, (await other()).ids, (await other()).ids]).toEqual([['3', '4'], ['5'], []])
})

test('a page never cuts a transaction in two', async () => {
  await create('before')
  const operations = Array.from({ length: 7 }, (_, i) => ({
    operationType: 'Create' as const,
    resourceBody: { id: `${i}`, pk: 'p' },
  }))
  await container.items.batch(operations, 'p')
  await create('after')
  const next = open(ChangeFeedStartFrom.Beginning(), 3)
  expect((await next()).ids).toEqual(['before', '0', '1', '2', '3', '4', '5', '6'])
  expect((await next()).ids).toEqual(['after'])
})

test('of one partition key only', async () => {
  await create('1', 'p')
  await create('2', 'q')
  await create('3', 'p')
  const next = open(ChangeFeedStartFrom.Beginning('p'))
  expect((await next()).ids).toEqual(['1', '3'])
  await create('4', 'q')
  expect((await next()).statusCode).toBe(304)
  await create('5', 'p')
  expect((await next()).ids).toEqual(['5'])
})

test('from now on', async () => {
  await create('old')
  const next = open(ChangeFeedStartFrom.Now())
  expect((await next()).statusCode).toBe(304)
  await create('new')
  expect((await next()).ids).toEqual(['new'])
})

test('from a point in time', async () => {
  const ids = ['0', '1', '2', '3', '4', '5', '6', '7', '8']
  for (const id of ids) {
    await create(id)
    now += 10_000
  }
  const since = (ms: number) => open(ChangeFeedStartFrom.Time(new Date(ms)))()
  expect((await since(now - 30_000)).ids).toEqual(['6', '7', '8'])
  expect((await since(now - 29_000)).ids).toEqual(['7', '8'])
  expect((await since(now - 500_000)).ids).toEqual(ids)
  expect((await since(now)).statusCode).toBe(304)
})

test('each document carries its transaction number, the answer the id of its range', async () => {
  await create('1')
  const answer = await container.items
    .getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() })
    .readNext()
  expect(answer.result[0]).toMatchObject({ id: '1', _lsn: 1 })
  expect(answer.headers['x-ms-documentdb-partitionkeyrangeid']).toBe('0')
  expect(answer.headers.etag).toBe('"1"')
})
