// Account, databases and containers, driven by the official SDK.
import { newClient, startEmulator, statusOf } from './start.ts'

test('the account is read once per client, not before every request', async () => {
  await using account = await startEmulator()
  const container = await account.container()
  for (let i = 0; i < 5; i++) await container.items.create({ id: `${i}`, pk: 'a' })
  expect(account.cosmos.stats.read()['account.read']?.count).toBe(1)
})

test('a wrong key is refused with 401, a right one works with ids that are not ASCII', async () => {
  await using account = await startEmulator()
  const stranger = newClient(account.cosmos.url, Buffer.from('wrong').toString('base64'))
  expect(await statusOf(stranger.databases.readAll().fetchAll())).toBe(401)
  stranger.dispose()
  const { database } = await account.client.databases.create({ id: '数据 库+é' })
  const { container } = await database.containers.create({ id: '容 器', partitionKey: '/pk' })
  await container.items.create({ id: 'ключ 1', pk: 'ä' })
  expect((await container.item('ключ 1', 'ä').read()).resource?.id).toBe('ключ 1')
})

test('databases: created, found, listed, queried, deleted', async () => {
  await using account = await startEmulator()
  const { client } = account
  expect((await client.databases.createIfNotExists({ id: 'db' })).statusCode).toBe(200)
  expect(await statusOf(client.databases.create({ id: 'db' }))).toBe(409)
  await client.databases.create({ id: 'other' })
  expect((await client.databases.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual(['db', 'other'])
  const found = await client.databases.query("SELECT * FROM root r WHERE r.id = 'other'").fetchAll()
  expect(found.resources.map(({ id }) => id)).toEqual(['other'])
  await client.database('other').delete()
  expect(await statusOf(client.database('other').read())).toBe(404)
})

test('a container echoes its definition, completed with the defaults of the service', async () => {
  await using account = await startEmulator()
  const container = await account.container({
    defaultTtl: 60,
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
  })
  const { resource } = await container.read()
  expect(resource).toMatchObject({
    id: 'c1',
    partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 },
    defaultTtl: 60,
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: [{ path: '/*' }],
      excludedPaths: [{ path: '/"_etag"/?' }],
    },
    conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/_ts' },
  })
})

test('containers: created once, replaced but not in their key, listed, deleted with their items', async () => {
  await using account = await startEmulator()
  const { database } = account
  const container = await account.container()
  const again = await database.containers.createIfNotExists({ id: 'c1', partitionKey: '/pk' })
  expect(again.statusCode).toBe(200)
  expect(await statusOf(database.containers.create({ id: 'c1', partitionKey: '/pk' }))).toBe(409)
  const { resource } = await container.read()
  const replaced = await container.replace({ ...resource!, defaultTtl: 9 })
  expect([replaced.statusCode, replaced.resource?.defaultTtl]).toEqual([200, 9])
  expect(await statusOf(container.replace({ ...resource!, partitionKey: { paths: ['/other'] } }))).toBe(400)
  await account.container()
  expect((await database.containers.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual(['c1', 'c2'])
  await container.items.create({ id: 'x', pk: 'a' })
  await container.delete()
  expect(await statusOf(container.read())).toBe(404)
  await database.containers.create({ id: 'c1', partitionKey: '/pk' })
  expect((await container.items.readAll().fetchAll()).resources).toEqual([])
})

test('an invalid definition is refused with the place of the mistake', async () => {
  await using account = await startEmulator()
  const create = (indexingPolicy: object) =>
    account.database.containers.create({ id: 'x', partitionKey: '/pk', indexingPolicy })
  await expect(
    create({ includedPaths: [{ path: '/a/?' }], excludedPaths: [{ path: '/b/?' }] }),
  ).rejects.toThrow('special mandatory indexing path')
  await expect(create({ indexingMode: 'sometimes' })).rejects.toThrow("'indexingPolicy.indexingMode'")
})

test('a partition key path is a path of names', async () => {
  await using account = await startEmulator()
  const create = (path: string) => account.container({ partitionKey: { paths: [path], version: 2 } })
  for (const path of ['/a/b', '/"a b"', '/tenant-id']) expect(await statusOf(create(path))).toBe(0)
  for (const path of ['id', '/id ds', '/id/', '/*', '/a/[]']) {
    await expect(create(path)).rejects.toThrow(`component definition path '${path}' could not be accepted`)
  }
})

test('a container that is read with its quota says how much it holds', async () => {
  await using account = await startEmulator()
  const container = await account.container()
  await container.items.create({ id: 'a', pk: 'p', text: 'x'.repeat(2000) })
  const { headers } = await container.read({ populateQuotaInfo: true })
  expect(headers).toMatchObject({
    'x-ms-resource-quota': expect.stringContaining('collectionSize=10485760'),
    'x-ms-resource-usage': expect.stringContaining('documentsSize=3;documentsCount=1'),
    'x-ms-documentdb-collection-index-transformation-progress': '100',
  })
  expect((await container.read()).headers['x-ms-resource-quota']).toBeUndefined()
})

test('one region has no conflicts', async () => {
  await using account = await startEmulator()
  const { conflicts, id } = await account.container()
  expect((await conflicts.readAll().fetchAll()).resources).toEqual([])
  expect((await conflicts.query('SELECT * FROM c').fetchAll()).resources).toEqual([])
  const { conflicts: none } = account.database.container(`not ${id}`)
  expect(await statusOf(none.readAll().fetchAll())).toBe(404)
})

test.each([
  ['stored procedures', 'POST', '/dbs/db/colls/c1/sprocs'],
  ['triggers', 'GET', '/dbs/db/colls/c1/triggers'],
])('%s are answered 501 and named', async (_, method, url) => {
  await using account = await startEmulator()
  await account.container()
  const type = url.split('/').at(-1)!
  const parent = url.split('/').slice(1, -1).join('/')
  const date = 'Sat, 21 Nov 2026 00:00:00 GMT'
  const { createHmac } = await import('node:crypto')
  const sig = createHmac('sha256', Buffer.from(account.cosmos.key, 'base64'))
    .update(`${method.toLowerCase()}\n${type}\n${parent}\n${date.toLowerCase()}\n\n`)
    .digest('base64')
  const authorization = encodeURIComponent(`type=master&ver=1.0&sig=${sig}`)
  const answer = await fetch(new URL(url, account.cosmos.url), {
    method,
    headers: { authorization, 'x-ms-date': date },
  })
  expect(answer.status).toBe(501)
  expect(await answer.json()).toMatchObject({
    code: 'NotImplemented',
    message: expect.stringContaining('does not implement'),
  })
})

test('a spatial index of flat space has bounds, one of the globe has none', async () => {
  await using account = await startEmulator()
  const create = (type: string, boundingBox?: object) =>
    account.container({
      geospatialConfig: { type },
      indexingPolicy: {
        spatialIndexes: [{ path: '/at/?', types: ['Point'], ...(boundingBox && { boundingBox }) }],
      },
    } as object)
  const box = { xmin: 0, ymin: 0, xmax: 9, ymax: 9 }
  expect(await statusOf(create('Geography'))).toBe(0)
  expect(await statusOf(create('Geometry', box))).toBe(0)
  await expect(create('Geometry')).rejects.toThrow('needs a boundingBox')
  await expect(create('Geography', box)).rejects.toThrow('cannot have a boundingBox')
})
