// Time to live, on a clock that the test moves.
import { ChangeFeedStartFrom } from '@azure/cosmos'
import { sweep } from '../items/sweep.ts'
import { createDocument } from '../items/write.ts'
import { openCatalog } from '../storage/catalog.ts'
import { openStore } from '../storage/store.ts'
import { startEmulator, statusOf } from './start.ts'

const START = Date.UTC(2026, 0, 1)

test('an expired item is gone from reads, queries, the feed and unique keys at once', async () => {
  let now = START
  await using account = await startEmulator({ clock: () => now })
  const container = await account.container({
    defaultTtl: 60,
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
  })
  await container.items.create({ id: 'default', pk: 'p', email: 'a' })
  await container.items.create({ id: 'short', pk: 'p', email: 'b', ttl: 10 } as object)
  await container.items.create({ id: 'forever', pk: 'p', email: 'c', ttl: -1 } as object)
  const ids = async () =>
    (await container.items.query('SELECT VALUE c.id FROM c', { partitionKey: 'p' }).fetchAll()).resources
  now = START + 10_000
  expect(await ids()).toEqual(['default', 'forever'])
  expect((await container.item('short', 'p').read()).statusCode).toBe(404)
  expect(await statusOf(container.item('short', 'p').delete())).toBe(404)
  expect(await statusOf(container.items.create({ id: 'short', pk: 'p', email: 'a' }))).toBe(409)
  expect(await statusOf(container.items.create({ id: 'short', pk: 'p', email: 'b' }))).toBe(0)
  now = START + 59_000
  await container.item('default', 'p').patch([{ op: 'set', path: '/touched', value: true }])
  now = START + 70_000
  expect(await ids()).toEqual(['default', 'forever'])
  now = START + 1_000_000
  const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() })
  expect((await feed.readNext()).result.map(({ id }) => id)).toEqual(['forever'])
})

test('an item ttl means nothing until the container has one; switching it on counts from the last write', async () => {
  let now = START
  await using account = await startEmulator({ clock: () => now })
  const container = await account.container()
  await container.items.create({ id: 'own', pk: 'p', ttl: 5 } as object)
  await container.items.create({ id: 'plain', pk: 'p' })
  now = START + 100_000
  const left = async () =>
    (await container.items.query('SELECT VALUE c.id FROM c', { partitionKey: 'p' }).fetchAll()).resources
  expect(await left()).toEqual(['own', 'plain'])
  const { resource } = await container.read()
  await container.replace({ ...resource!, defaultTtl: -1 })
  expect(await left()).toEqual(['plain'])
  await container.replace({ ...resource!, defaultTtl: 200 })
  expect(await left()).toEqual(['plain'])
  now = START + 200_000
  expect(await left()).toEqual([])
})

test('the sweep removes the rows that have expired, and only those', async () => {
  const store = openStore()
  const catalog = openCatalog(store, { ranges: 1, now: () => 100 })
  catalog.createDatabase('db')
  const collection = catalog.createCollection('db', {
    id: 'c',
    partitionKey: { paths: ['/pk'] },
    defaultTtl: -1,
  })
  const scope = { collection, key: ['p'], pk: '["p"]', now: 100 }
  for (const [id, ttl] of [
    ['short', 10],
    ['long', 50],
    ['endless', -1],
  ] as const) {
    await store.write(() => createDocument({ ...scope }, { id, pk: 'p', ttl }))
  }
  const rows = () =>
    store.database
      .prepare(`SELECT id FROM ${collection.table} ORDER BY n`)
      .all()
      .map(({ id }) => id)
  await sweep(store, [collection], 109)
  expect(rows()).toEqual(['short', 'long', 'endless'])
  await sweep(store, [collection], 110)
  expect(rows()).toEqual(['long', 'endless'])
  store.close()
})
