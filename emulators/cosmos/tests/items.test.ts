// Single documents: statuses, etags, partition keys, unique keys, sizes.
import { startAccount, startEmulator, statusOf, type TestAccount } from './start.ts'

let account: TestAccount
beforeAll(async () => {
  account = await startAccount()
})
afterAll(() => account[Symbol.asyncDispose]())

test('create answers 201 with the system properties; the same id again is 409, in another partition not', async () => {
  const container = await account.container()
  const created = await container.items.create({ id: 'a', pk: 'p', text: 'héllo' })
  expect(created.statusCode).toBe(201)
  expect(created.resource).toEqual({
    id: 'a',
    pk: 'p',
    text: 'héllo',
    _rid: expect.stringMatching(/^[\w+-]{22}==$/),
    _self: expect.stringMatching(/^dbs\/.*\/colls\/.*\/docs\/.*\/$/),
    _etag: created.etag,
    _attachments: 'attachments/',
    _ts: expect.any(Number),
  })
  expect(await statusOf(container.items.create({ id: 'a', pk: 'p' }))).toBe(409)
  expect((await container.items.create({ id: 'a', pk: 'q' })).statusCode).toBe(201)
})

test('reading what is not there is 404 without a throw; an unchanged etag is 304 without a body', async () => {
  const container = await account.container()
  const missing = await container.item('nope', 'p').read()
  expect([missing.statusCode, missing.resource]).toEqual([404, undefined])
  const { etag } = await container.items.create({ id: 'a', pk: 'p' })
  const accessCondition = { type: 'IfNoneMatch', condition: etag }
  const same = await container.item('a', 'p').read({ accessCondition })
  expect([same.statusCode, same.resource]).toEqual([304, null])
  await container.item('a', 'p').replace({ id: 'a', pk: 'p', changed: true })
  expect((await container.item('a', 'p').read({ accessCondition })).statusCode).toBe(200)
})

test('upsert is 201 for a new item, 200 for an old one, 412 for another etag', async () => {
  const container = await account.container()
  const first = await container.items.upsert({ id: 'a', pk: 'p', v: 1 })
  const second = await container.items.upsert({ id: 'a', pk: 'p', v: 2 })
  expect([first.statusCode, second.statusCode]).toEqual([201, 200])
  const accessCondition = { type: 'IfMatch', condition: first.etag }
  expect(await statusOf(container.items.upsert({ id: 'a', pk: 'p', v: 3 }, { accessCondition }))).toBe(412)
  expect((await container.item('a', 'p').read()).resource?.v).toBe(2)
})

test('replace: 200 with the right etag, 412 with an old one, 404 for none, 400 for another id or key', async () => {
  const container = await account.container()
  const { etag } = await container.items.create({ id: 'a', pk: 'p', v: 1 })
  const item = container.item('a', 'p')
  const accessCondition = { type: 'IfMatch', condition: etag }
  expect((await item.replace({ id: 'a', pk: 'p', v: 2 }, { accessCondition })).statusCode).toBe(200)
  expect(await statusOf(item.replace({ id: 'a', pk: 'p', v: 3 }, { accessCondition }))).toBe(412)
  expect(await statusOf(container.item('b', 'p').replace({ id: 'b', pk: 'p' }))).toBe(404)
  expect(await statusOf(item.replace({ id: 'b', pk: 'p' }))).toBe(400)
  expect(await statusOf(item.replace({ id: 'a', pk: 'q' }))).toBe(400)
  expect((await item.read()).resource?.v).toBe(2)
})

test('delete: 412 with an old etag, 204 with the right one, then 404', async () => {
  const container = await account.container()
  const { etag } = await container.items.create({ id: 'a', pk: 'p' })
  const item = container.item('a', 'p')
  const accessCondition = (condition: string) => ({ accessCondition: { type: 'IfMatch', condition } })
  expect(await statusOf(item.delete(accessCondition('"old"')))).toBe(412)
  expect((await item.delete(accessCondition(etag))).statusCode).toBe(204)
  expect(await statusOf(item.delete())).toBe(404)
})

test.each([
  ['a string', 'p'],
  ['a non-ASCII string', 'комната №1'],
  ['a number', 17.5],
  ['true', true],
  ['null', null],
])('a partition key that is %s', async (_, pk) => {
  const container = await account.container()
  await container.items.create({ id: 'a', pk })
  await container.items.create({ id: 'a', pk: 'somewhere else' })
  expect((await container.item('a', pk).read()).resource?.pk).toEqual(pk)
  const found = await container.items.query('SELECT * FROM c', { partitionKey: pk }).fetchAll()
  expect(found.resources).toHaveLength(1)
})

test('a document without the partition key property is in a partition of its own', async () => {
  const container = await account.container()
  const { item } = await container.items.create({ id: 'a' })
  expect((await item.read()).resource?.id).toBe('a')
  expect((await container.item('a', null).read()).statusCode).toBe(404)
})

test('a hierarchical partition key: points need all of it', async () => {
  const { container } = await account.database.containers.create({
    id: 'hierarchical',
    partitionKey: { paths: ['/tenant', '/user'], kind: 'MultiHash' as never, version: 2 },
  })
  await container.items.create({ id: 'a', tenant: 't', user: 'u', v: 1 })
  await container.items.create({ id: 'a', tenant: 't', user: 'w', v: 2 })
  expect((await container.item('a', ['t', 'w']).read()).resource?.v).toBe(2)
})

test('unique keys hold within a partition, a missing value counts as null, and the id answers differently', async () => {
  const container = await account.container({
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email', '/kind'] }] },
  })
  const create = (id: string, rest: object) => statusOf(container.items.create({ id, pk: 'p', ...rest }))
  expect(await create('1', { email: 'x', kind: 1 })).toBe(0)
  expect(await create('2', { email: 'x', kind: 1 })).toBe(409)
  expect(await create('3', { email: 'x', kind: '1' })).toBe(0)
  expect(await create('4', { email: 'X', kind: 1 })).toBe(0)
  expect(await create('5', { email: 'y' })).toBe(0)
  expect(await create('6', { email: 'y', kind: null })).toBe(409)
  expect(await create('7', {})).toBe(0)
  expect(await create('8', {})).toBe(409)
  expect(await statusOf(container.items.create({ id: '9', pk: 'q', email: 'x', kind: 1 }))).toBe(0)
  expect(await statusOf(container.item('4', 'p').replace({ id: '4', pk: 'p', email: 'x', kind: 1 }))).toBe(
    409,
  )
  await container.item('1', 'p').delete()
  expect(await create('10', { email: 'x', kind: 1 })).toBe(0)
})

test('bad documents are refused', async () => {
  const container = await account.container()
  expect(await statusOf(container.items.create({ id: 'a/b', pk: 'p' }))).not.toBe(0)
  expect(await statusOf(container.items.create({ id: 'a', pk: 'p', ttl: 'soon' } as object))).toBe(400)
  expect(
    await statusOf(container.items.create({ id: 'a', pk: 'p', text: 'x'.repeat(2 * 1024 * 1024) })),
  ).toBe(413)
  expect(await statusOf(container.items.upsert({ id: 'x'.repeat(1024), pk: 'p' }))).toBe(400)
})

test('what was stored comes back exactly', async () => {
  const container = await account.container()
  const odd = {
    id: 'odd %&+ü',
    pk: 'p',
    numbers: [0, -0.5, 1e300, 9007199254740992, 1.5e-7],
    text: 'line\u2028sep "quoted" \\ \u0000 \ud83d\ude00',
    nested: { '': { 'a.b': [null, true, {}, []] } },
  }
  await container.items.create(odd)
  const { resource } = await container.item('odd %&+ü', 'p').read()
  expect(resource).toMatchObject(odd)
})

test('the charge follows size, indexed paths and consistency', async () => {
  await using account = await startEmulator()
  const container = await account.container({
    indexingPolicy: { includedPaths: [{ path: '/seq/?' }], excludedPaths: [{ path: '/*' }] },
  })
  const small = await container.items.create({ id: '1', pk: 'p', seq: 1, other: 2 })
  expect(small.requestCharge).toBe(5.2)
  expect((await container.items.create({ id: '2', pk: 'p' })).requestCharge).toBe(4.95)
  expect((await container.item('1', 'p').replace({ id: '1', pk: 'p', seq: 2 })).requestCharge).toBe(10.4)
  expect((await container.item('1', 'p').read()).requestCharge).toBe(1)
  const everything = await account.container()
  expect(
    (await everything.items.create({ id: '1', pk: 'p', a: 1, b: [1, 2], c: { d: 1 } })).requestCharge,
  ).toBe(5.95)
  await using strict = await startEmulator({ account: { consistency: 'Strong' } })
  const strong = await strict.container()
  await strong.items.create({ id: '1', pk: 'p' })
  expect((await strong.item('1', 'p').read()).requestCharge).toBe(2)
  expect((await strong.item('1', 'p').read({ consistencyLevel: 'Eventual' })).requestCharge).toBe(1)
  expect(await statusOf(everything.item('1', 'p').read({ consistencyLevel: 'Strong' }))).toBe(400)
})

test('all items of a partition key are deleted at once, and no others', async () => {
  const container = await account.container()
  const create = (id: string, pk: string) => container.items.create({ id, pk })
  await Promise.all([create('a', 'p'), create('b', 'p'), create('a', 'q')])
  expect((await container.deleteAllItemsForPartitionKey('p')).statusCode).toBe(200)
  const { resources } = await container.items.query('SELECT c.id, c.pk FROM c').fetchAll()
  expect(resources).toEqual([{ id: 'a', pk: 'q' }])
})

test('an id with a question mark inside, which the SDK writes into the path as it is', async () => {
  const container = await account.container()
  for (const id of ['why?not', 'a?b=c']) {
    await container.items.create({ id, pk: 'p' })
    const item = container.item(id, 'p')
    expect((await item.read()).resource).toMatchObject({ id })
    expect((await item.replace({ id, pk: 'p', n: 1 })).statusCode).toBe(200)
    expect((await item.delete()).statusCode).toBe(204)
  }
})
