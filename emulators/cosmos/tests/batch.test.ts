// Transactional batches: all or nothing, one transaction number; and bulk, where each operation stands alone.
import { BulkOperationType, ChangeFeedStartFrom, type Container, type OperationInput } from '@azure/cosmos'
import { startAccount, statusOf, type TestAccount } from './start.ts'

let account: TestAccount
let container: Container
beforeAll(async () => {
  account = await startAccount()
})
afterAll(() => account[Symbol.asyncDispose]())
beforeEach(async () => {
  container = await account.container({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedupe'] }] } })
})

const create = (id: string, rest: object = {}): OperationInput => ({
  operationType: BulkOperationType.Create,
  resourceBody: { id, pk: 'p', dedupe: `d${id}`, ...rest },
})
const read = (id: string): OperationInput => ({ operationType: BulkOperationType.Read, id })
const codes = async (operations: OperationInput[]) => {
  const { code, result } = await container.items.batch(operations, 'p')
  return [code, ...result!.map(({ statusCode }) => statusCode)]
}

test('every kind of operation in one batch, later ones seeing earlier ones', async () => {
  await container.items.create({ id: 'old', pk: 'p', dedupe: 'old', n: 1 })
  await container.items.create({ id: 'gone', pk: 'p', dedupe: 'gone' })
  const { code, result } = await container.items.batch(
    [
      create('new', { n: 1 }),
      {
        operationType: 'Patch',
        id: 'new',
        resourceBody: { operations: [{ op: 'incr', path: '/n', value: 1 }] },
      },
      { operationType: 'Upsert', resourceBody: { id: 'up', pk: 'p', dedupe: 'up' } },
      { operationType: 'Replace', id: 'old', resourceBody: { id: 'old', pk: 'p', dedupe: 'old', n: 9 } },
      { operationType: 'Delete', id: 'gone' },
      read('new'),
    ],
    'p',
  )
  expect([code, result!.map(({ statusCode }) => statusCode)]).toEqual([200, [201, 200, 201, 200, 204, 200]])
  expect(result![5]!.resourceBody).toMatchObject({ id: 'new', n: 2 })
  expect(result![5]!.eTag).toBe(result![1]!.eTag)
  expect((await container.item('gone', 'p').read()).statusCode).toBe(404)
})

test.each<[string, OperationInput[], number[]]>([
  ['an id that exists', [create('a'), create('taken')], [207, 424, 409]],
  ['a unique key that exists', [create('a'), create('b', { dedupe: 'dtaken' })], [207, 424, 409]],
  [
    'a unique key twice in the batch',
    [create('a', { dedupe: 'x' }), create('b', { dedupe: 'x' })],
    [207, 424, 409],
  ],
  ['a read of what is not there', [create('a'), read('absent'), create('b')], [207, 424, 404, 424]],
  [
    'an etag that does not match',
    [
      create('a'),
      {
        operationType: 'Replace',
        id: 'taken',
        ifMatch: '"x"',
        resourceBody: { id: 'taken', pk: 'p', dedupe: 'z' },
      },
    ],
    [207, 424, 412],
  ],
  [
    'a condition that does not hold',
    [
      create('a'),
      {
        operationType: 'Patch',
        id: 'taken',
        resourceBody: {
          condition: 'FROM c WHERE c.n > 1',
          operations: [{ op: 'set', path: '/n', value: 1 }],
        },
      },
    ],
    [207, 424, 412],
  ],
])('%s undoes the whole batch', async (_, operations, expected) => {
  await container.items.create({ id: 'taken', pk: 'p', dedupe: 'dtaken', n: 0 })
  expect(await codes(operations)).toEqual(expected)
  const left = await container.items.query('SELECT VALUE c.id FROM c', { partitionKey: 'p' }).fetchAll()
  expect(left.resources).toEqual(['taken'])
  expect(await codes([create('a')])).toEqual([200, 201])
})

test('a failed batch does not hurt those that arrive at the same moment', async () => {
  await container.items.create({ id: 'taken', pk: 'p', dedupe: 't' })
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      codes(i % 2 ? [create(`a${i}`), create('taken')] : [create(`a${i}`)]),
    ),
  )
  expect(answers.filter(([code]) => code === 200)).toHaveLength(10)
  const { resources } = await container.items
    .query('SELECT VALUE COUNT(1) FROM c', { partitionKey: 'p' })
    .fetchAll()
  expect(resources).toEqual([11])
})

test('a hundred operations share one transaction number; a hundred and one are refused', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => create(`${i}`))
  expect(await codes(many(100))).toEqual([200, ...Array(100).fill(201)])
  const feed = container.items.getChangeFeedIterator({
    changeFeedStartFrom: ChangeFeedStartFrom.Beginning('p'),
    maxItemCount: 10,
  })
  const page = await feed.readNext()
  expect(page.result.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`))
  expect(new Set(page.result.map((document) => (document as { _lsn?: number })._lsn)).size).toBe(1)
  expect(await statusOf(container.items.batch(many(101), 'p'))).not.toBe(0)
})

test('the charge of a batch is the sum of its parts', async () => {
  const { headers, result } = (await container.items.batch(
    [create('a'), create('b'), read('a')],
    'p',
  )) as never as {
    headers: Record<string, string>
    result: { requestCharge: number }[]
  }
  // 4.95 for a small write, 0.25 each for pk and dedupe, 0.1 for the unique key; 1 for a read.
  expect(result.map(({ requestCharge }) => requestCharge)).toEqual([5.55, 5.55, 1])
  expect(headers['x-ms-request-charge']).toBe('12.1')
})

test('an operation with another partition key is refused', async () => {
  const elsewhere = { ...create('b'), partitionKey: '["q"]' }
  await expect(container.items.batch([create('a'), elsewhere as OperationInput], 'p')).rejects.toThrow(
    'different partition key value',
  )
  expect(await codes([{ operationType: 'Create', resourceBody: { id: 'x', pk: 'other' } }])).toEqual([
    207, 400,
  ])
})

test('without content in the response, reads still bring theirs', async () => {
  const { result } = await container.items.batch([create('a'), read('a')], 'p', {
    contentResponseOnWriteEnabled: false,
  })
  expect(result![0]!.resourceBody).toBeUndefined()
  expect(result![1]!.resourceBody).toMatchObject({ id: 'a' })
})

test('bulk: every operation on its own, over partitions', async () => {
  await container.items.create({ id: 'taken', pk: 'p', dedupe: 't' })
  const results = await container.items.executeBulkOperations([
    { operationType: 'Create', partitionKey: 'p', resourceBody: { id: '1', pk: 'p', dedupe: '1' } },
    { operationType: 'Create', partitionKey: 'p', resourceBody: { id: 'taken', pk: 'p', dedupe: '2' } },
    { operationType: 'Upsert', partitionKey: 'q', resourceBody: { id: '1', pk: 'q', dedupe: '1' } },
    { operationType: 'Read', partitionKey: 'p', id: 'taken' },
  ])
  expect(results.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual([
    201, 409, 201, 200,
  ])
})
