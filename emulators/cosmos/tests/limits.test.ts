// The service's limits: sizes of items, ids, keys, batches, pages, patches and queries.
import { ChangeFeedStartFrom, type Container, type PatchOperation } from '@azure/cosmos'
import { startAccount, type TestAccount } from './start.ts'

let account: TestAccount
let container: Container
beforeAll(async () => {
  account = await startAccount()
  container = await account.container()
})
afterAll(() => account[Symbol.asyncDispose]())

const MB = 1024 * 1024
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    ({ code, message }: { code: number; message: string }) => `${code} ${message}`,
  )

test('an item holds 2 MB with its system properties, and not a byte more', async () => {
  const create = (id: string, size: number) => container.items.create({ id, pk: 'p', text: 'x'.repeat(size) })
  const { resource } = await create('1', 1000)
  const own = Buffer.byteLength(JSON.stringify(resource)) - 1000
  const full = await create('2', 2 * MB - own)
  expect(Buffer.byteLength(JSON.stringify(full.resource))).toBe(2 * MB)
  expect(await refusal(create('3', 2 * MB - own + 1))).toContain(
    '413 Message: {"Errors":["Request size is too large"]}',
  )
  expect(await refusal(create('4', 3 * MB))).toContain(
    '413 Message: {"Errors":["Request size is too large"]}',
  )
  const grow = container.item('2', 'p').patch([{ op: 'add', path: '/more', value: 1 }])
  expect(await refusal(grow)).toContain('413 Message: {"Errors":["Request size is too large"]}')
})

test('an id has at most 1023 bytes', async () => {
  const create = (id: string) => refusal(container.items.create({ id, pk: 'ids' }))
  expect(await create('x'.repeat(1023))).toBe('done')
  expect(await create('x'.repeat(1024))).toContain("The input name 'xxx")
  expect(await create('я'.repeat(511))).toBe('done')
  expect(await create('я'.repeat(512))).toContain("less than '1024' characters")
})

test.each([2, 1])('a partition key of version %i has at most 2048 bytes', async (version) => {
  const most = 2048
  const keyed = await account.container({ partitionKey: { paths: ['/pk'], version } })
  const create = (size: number) => refusal(keyed.items.create({ id: '1', pk: 'x'.repeat(size) }))
  expect(await create(most)).toBe('done')
  expect(await create(most + 1)).toContain(`exceeds the limit of ${most} bytes`)
})

test('a batch has at most 100 operations and 2 MB', async () => {
  const operations = (count: number, text = '') =>
    Array.from({ length: count }, (_, i) => ({
      operationType: 'Create' as const,
      resourceBody: { id: `${i}`, pk: 'b', text },
    }))
  expect((await container.items.batch(operations(100), 'b')).code).toBe(200)
  expect(await refusal(container.items.batch(operations(101), 'c'))).toContain('100')
  expect(await refusal(container.items.batch(operations(3, 'x'.repeat(MB)), 'c'))).toContain(
    'Request size is too large',
  )
  const kept = await container.items.query('SELECT VALUE 1 FROM c', { partitionKey: 'c' }).fetchAll()
  expect(kept.resources).toEqual([])
})

test('a patch has at most 10 operations', async () => {
  await container.items.create({ id: 'patched', pk: 'p' })
  const set = (i: number): PatchOperation => ({ op: 'set', path: `/p${i}`, value: i })
  const patch = (count: number) =>
    refusal(container.item('patched', 'p').patch(Array.from({ length: count }, (_, i) => set(i))))
  expect(await patch(10)).toBe('done')
  expect(await patch(11)).toContain("The number of patch operations can't exceed 10.")
})

test('a time to live is a positive number of seconds that fits 31 bits, or -1', async () => {
  const create = (ttl: number) => refusal(container.items.upsert({ id: 't', pk: 'p', ttl }))
  expect(await create(2_147_483_647)).toBe('done')
  expect(await create(2_147_483_648)).toContain("The input ttl '2147483648' is invalid")
  expect(await create(0)).toContain("The input ttl '0' is invalid")
})

test('a page of a query or of the change feed has at most 4 MB, whatever the number asked for', async () => {
  const large = await account.container()
  for (let n = 0; n < 6; n++)
    await large.items.create({ id: `${n}`, pk: 'p', n, text: 'я'.repeat(0.75 * MB) })
  const sizes = async (text: string) => {
    const found: number[] = []
    const pages = large.items.query(text, { partitionKey: 'p', maxItemCount: 100 })
    while (pages.hasMoreResults()) found.push((await pages.fetchNext()).resources.length)
    return found
  }
  expect(await sizes('SELECT * FROM c')).toEqual([2, 2, 2])
  expect(await sizes('SELECT DISTINCT c.text, c.n FROM c')).toEqual([2, 2, 2])
  const feed = large.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() })
  const counts: number[] = []
  for (let i = 0; i < 3; i++) counts.push((await feed.readNext()).result.length)
  expect(counts).toEqual([2, 2, 2])
})

test('a query has at most 262,144 characters and 10 joins', async () => {
  const run = (text: string) => refusal(container.items.query(text, { partitionKey: 'q' }).fetchAll())
  const padded = (size: number) => `SELECT * FROM c WHERE c.x = "${'x'.repeat(size - 30)}"`
  expect(padded(262_144).length).toBe(262_144)
  expect(await run(padded(262_144))).toBe('done')
  expect(await run(padded(262_145))).toContain(
    'The SQL query text exceeded the maximum limit of 262144 characters',
  )
  const joined = (count: number) =>
    `SELECT VALUE 1 FROM c ${Array.from({ length: count }, (_, i) => `JOIN j${i} IN c.list`).join(' ')}`
  expect(await run(joined(10))).toBe('done')
  expect(await run(joined(11))).toContain('maximum number of joins')
})
