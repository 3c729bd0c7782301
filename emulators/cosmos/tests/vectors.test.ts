// Vectors: how near they are, nearest first, alone and together with words, within a partition and over ranges.
import type { Container } from '@azure/cosmos'
import { type EmulatorAccount, startEmulator, statusOf } from './start.ts'

let account: EmulatorAccount
let container: Container
beforeAll(async () => {
  account = await startEmulator({ ranges: 3 })
  const embedding = { dataType: 'float32', dimensions: 2 }
  container = await account.container({
    vectorEmbeddingPolicy: {
      vectorEmbeddings: [
        { ...embedding, path: '/v', distanceFunction: 'euclidean' },
        { ...embedding, path: '/w', distanceFunction: 'cosine' },
      ],
    },
    indexingPolicy: { includedPaths: [{ path: '/*' }], vectorIndexes: [{ path: '/v', type: 'flat' }] },
  } as object)
  const items = [
    { id: 'a', v: [0, 0], w: [1, 0], text: 'red boat' },
    { id: 'b', v: [3, 4], w: [1, 1], text: 'red red car' },
    { id: 'c', v: [6, 8], w: [0, 2], text: 'blue car' },
    { id: 'd', text: 'nothing at all' },
  ]
  for (const item of items) {
    await container.items.create({ ...item, pk: 'p' })
    await container.items.create({ ...item, id: `${item.id}${item.id}`, pk: item.id, also: true })
  }
})
afterAll(() => account[Symbol.asyncDispose]())

const inOne = async (query: string) =>
  (await container.items.query(query, { partitionKey: 'p' }).fetchAll()).resources

test.each([
  ['VectorDistance([0, 0], [3, 4], false, {distanceFunction: "Euclidean"})', 5],
  ['VectorDistance([1, 2], [3, 4], true, {"distanceFunction": "dotproduct"})', 11],
  ['VectorDistance([2, 0], [5, 0])', 1],
  ['VectorDistance([1, 0], [0, 1])', 0],
  ['VectorDistance([0, 0], [0, 1])', 0],
  ['VectorDistance([1, 0], [1, 0, 0])', undefined],
  ['VectorDistance([1, 0], "x")', undefined],
])('%s is %d', async (call, expected) => {
  expect(await inOne(`SELECT VALUE {d: ${call}} FROM c WHERE c.id = 'a'`)).toEqual([
    expected === undefined ? {} : { d: expected },
  ])
})

test('the policy of a path says how its vectors are compared', async () => {
  expect(await inOne("SELECT VALUE VectorDistance(c.v, [0, 0]) FROM c WHERE c.id IN ('b', 'c')")).toEqual([
    5, 10,
  ])
  expect(await inOne("SELECT VALUE VectorDistance([0, 7], c.w) FROM c WHERE c.id IN ('a', 'c')")).toEqual([
    0, 1,
  ])
})

test('nearest first, in one partition', async () => {
  const order = (by: string, top = 3) =>
    inOne(`SELECT TOP ${top} VALUE c.id FROM c WHERE c.id != 'd' ORDER BY ${by}`)
  expect(await order('VectorDistance(c.v, [5, 7])')).toEqual(['c', 'b', 'a'])
  expect(await order('VectorDistance(c.w, [1, 0])')).toEqual(['a', 'b', 'c'])
  expect(await order('VectorDistance(c.v, [1, 0], true, {distanceFunction: "dotproduct"})', 2)).toEqual([
    'c',
    'b',
  ])
})

test('nearest first over three ranges, merged by the SDK', async () => {
  const query =
    'SELECT TOP 3 c.id, VectorDistance(c.v, [5, 7]) AS far FROM c WHERE c.also ORDER BY VectorDistance(c.v, [5, 7])'
  const { resources } = await container.items.query(query).fetchAll()
  expect(resources.map(({ id }) => id)).toEqual(['dd', 'cc', 'bb'])
  const distinct =
    'SELECT DISTINCT TOP 2 c.v FROM c WHERE IS_DEFINED(c.v) ORDER BY VectorDistance(c.v, [5, 7])'
  expect((await container.items.query(distinct).fetchAll()).resources).toEqual([{ v: [6, 8] }, { v: [3, 4] }])
})

test('near and about the words, in one partition and over ranges', async () => {
  const rank = 'ORDER BY RANK RRF(FullTextScore(c.text, "car"), VectorDistance(c.v, [0, 0]), [2, 1])'
  // Places of a, b, c and d: by words 3, 2, 1 and 3, by distance 1, 2, 3 and 4.
  expect(await inOne(`SELECT TOP 4 VALUE c.id FROM c ${rank}`)).toEqual(['c', 'b', 'a', 'd'])
  const { resources } = await container.items
    .query(`SELECT TOP 4 c.id FROM c WHERE c.also ${rank}`)
    .fetchAll()
  expect(resources).toEqual([{ id: 'cc' }, { id: 'bb' }, { id: 'aa' }, { id: 'dd' }])
})

test('a policy is for good, and an index needs one', async () => {
  const vectorIndexes = [{ path: '/v', type: 'flat' }]
  const alone = { indexingPolicy: { includedPaths: [{ path: '/*' }], vectorIndexes } } as object
  await expect(account.container(alone)).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining("\\/v not matching in Embedding's path"),
  })
  const { resource } = await container.read()
  const { vectorEmbeddingPolicy: _, indexingPolicy: __, ...without } = resource!
  expect(await statusOf(container.replace(without))).toBe(400)
})
