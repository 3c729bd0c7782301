// The change feed of all versions and deletes: every change with what was before it, for as long as the policy says.
import {
  ChangeFeedMode,
  ChangeFeedPolicy,
  ChangeFeedRetentionTimeSpan,
  ChangeFeedStartFrom,
  type Container,
} from '@azure/cosmos'
import { type EmulatorAccount, startEmulator } from './start.ts'

let account: EmulatorAccount
let container: Container
let now = Date.UTC(2026, 0, 1)
beforeAll(async () => {
  account = await startEmulator({ clock: () => now })
})
afterAll(() => account[Symbol.asyncDispose]())
beforeEach(async () => {
  container = await account.container({
    defaultTtl: -1,
    changeFeedPolicy: new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(10)),
  })
})

interface Change {
  current?: { id: string; v?: number }
  previous?: { id: string; v?: number }
  metadata: Record<string, unknown>
}

function open(changeFeedStartFrom: ChangeFeedStartFrom, maxItemCount = 100, of = container) {
  const changeFeedMode = ChangeFeedMode.AllVersionsAndDeletes
  const feed = of.items.getChangeFeedIterator<Change>({ changeFeedStartFrom, changeFeedMode, maxItemCount })
  return async () => {
    const { result, continuationToken, statusCode } = await feed.readNext()
    const seen = result.map(({ current, previous, metadata }) => [
      metadata.operationType,
      current?.v,
      previous?.v,
    ])
    return { result, seen, continuationToken, statusCode }
  }
}

test('creates, each replace and deletes, with the images before and after', async () => {
  await container.items.create({ id: 'old', pk: 'p', v: 0 })
  const next = open(ChangeFeedStartFrom.Now())
  expect((await next()).statusCode).toBe(304)
  await container.items.create({ id: 'a', pk: 'p', v: 1 })
  await container.items.upsert({ id: 'a', pk: 'p', v: 2 })
  await container.item('a', 'p').patch([{ op: 'incr', path: '/v', value: 1 }])
  await container.item('a', 'p').delete()
  await container.item('old', 'p').replace({ id: 'old', pk: 'p', v: 9 })
  const { result, seen } = await next()
  expect(seen).toEqual([
    ['create', 1, undefined],
    ['replace', 2, 1],
    ['replace', 3, 2],
    ['delete', undefined, 3],
    ['replace', 9, 0],
  ])
  expect(result.map(({ metadata }) => metadata)).toEqual([
    { lsn: 2, crts: 1_767_225_600, operationType: 'create', previousImageLSN: 0 },
    { lsn: 3, crts: 1_767_225_600, operationType: 'replace', previousImageLSN: 2 },
    { lsn: 4, crts: 1_767_225_600, operationType: 'replace', previousImageLSN: 3 },
    {
      lsn: 5,
      crts: 1_767_225_600,
      operationType: 'delete',
      previousImageLSN: 4,
      timeToLiveExpired: false,
      id: 'a',
      partitionKey: { pk: 'p' },
    },
    { lsn: 6, crts: 1_767_225_600, operationType: 'replace', previousImageLSN: 1 },
  ])
  expect((await next()).statusCode).toBe(304)
})

test('what is rolled back was never there; a batch is not cut in two; a token goes on where a page ended', async () => {
  const start = await open(ChangeFeedStartFrom.Now())()
  const create = (id: string, v: number) => ({
    operationType: 'Create' as const,
    resourceBody: { id, pk: 'p', v },
  })
  await container.items.batch([create('a', 1), create('a', 2)], 'p')
  await container.items.batch([create('a', 1), create('b', 2), create('c', 3)], 'p')
  await container.items.create({ id: 'd', pk: 'q', v: 4 })
  const first = await open(ChangeFeedStartFrom.Continuation(start.continuationToken), 1)()
  expect(first.seen.map(([, v]) => v)).toEqual([1, 2, 3])
  const second = await open(ChangeFeedStartFrom.Continuation(first.continuationToken), 1)()
  expect(second.seen.map(([, v]) => v)).toEqual([4])
})

test('of one partition key, and over a split', async () => {
  const one = open(ChangeFeedStartFrom.Now('p'))
  const all = open(ChangeFeedStartFrom.Now())
  await Promise.all([one(), all()])
  await container.items.create({ id: '1', pk: 'p', v: 1 })
  await container.items.create({ id: '2', pk: 'q', v: 2 })
  account.cosmos.split('db', container.id, '0')
  await container.item('1', 'p').delete()
  expect((await one()).seen).toEqual([
    ['create', 1, undefined],
    ['delete', undefined, 1],
  ])
  const found = [...(await all()).seen, ...(await all()).seen]
  expect(found.map(([operation]) => operation).sort()).toEqual(['create', 'create', 'delete'])
})

test('an expired document is deleted by its time to live, as the metadata says', async () => {
  const next = open(ChangeFeedStartFrom.Now())
  await next()
  await container.items.create({ id: 'a', pk: 'p', v: 1, ttl: 5 })
  now += 6000
  // Whoever comes first takes it out: the sweep, or a write that needs its id.
  await container.items.create({ id: 'a', pk: 'p', v: 2 })
  const { seen, result } = await next()
  expect(seen).toEqual([
    ['create', 1, undefined],
    ['delete', undefined, 1],
    ['create', 2, undefined],
  ])
  expect(result[1]?.metadata).toMatchObject({ timeToLiveExpired: true, id: 'a', previousImageLSN: 1 })
})

test('a position older than the retention time is refused, a later one is not', async () => {
  const first = await open(ChangeFeedStartFrom.Now())()
  await container.items.create({ id: 'a', pk: 'p', v: 1 })
  const second = await open(ChangeFeedStartFrom.Continuation(first.continuationToken))()
  now += 599_000
  await container.items.create({ id: 'b', pk: 'p', v: 2 })
  expect((await open(ChangeFeedStartFrom.Continuation(first.continuationToken))()).seen.length).toBe(2)
  now += 2000
  await expect(open(ChangeFeedStartFrom.Continuation(first.continuationToken))()).rejects.toMatchObject({
    code: 400,
  })
  expect((await open(ChangeFeedStartFrom.Continuation(second.continuationToken))()).seen).toEqual([
    ['create', 2, undefined],
  ])
})

test('refused: from the beginning, and of a container without the policy', async () => {
  await expect(open(ChangeFeedStartFrom.Beginning())()).rejects.toMatchObject({ code: 400 })
  const plain = await account.container()
  await expect(open(ChangeFeedStartFrom.Now(), 1, plain)()).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining('changeFeedPolicy'),
  })
})

test('the policy can be set and taken back later', async () => {
  const plain = await account.container()
  const { resource } = await plain.read()
  await plain.replace({ ...resource!, changeFeedPolicy: { retentionDuration: 5 } as ChangeFeedPolicy })
  const next = open(ChangeFeedStartFrom.Now(), 10, plain)
  await next()
  await plain.items.create({ id: 'a', pk: 'p', v: 1 })
  expect((await next()).seen.length).toBe(1)
  await plain.replace({ ...resource!, id: plain.id })
  await expect(next()).rejects.toMatchObject({ code: 400 })
})
