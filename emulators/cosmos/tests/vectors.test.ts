// Vectors: how near they are, nearest first, alone and together with words, within a partition and over ranges.
import type { Container } from '@azure/cosmos'
import { type EmulatorAccount, startEmulator } from './start.ts'

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

test.each<[object, object[], string]>([
  [{}, [{ path: '/w', type: 'flat' }], "path::/w not matching in Embedding's path."],
  [{}, [{ path: '/v', type: 'notFlat' }], 'Index Type::notFlat is invalid'],
  [
    {},
    [{ path: '/v', type: 'quantizedFlat', quantizationByteSize: 0 }],
    'QuantizationByteSize value :: 0 is out of range. The allowed range is between 1 and 256.',
  ],
  [
    {},
    [{ path: '/v', type: 'diskANN', indexingSearchListSize: 5 }],
    'IndexingSearchListSize value :: 5 is out of range. The allowed range is between 25 and 500.',
  ],
  [{}, [{ path: '/v', type: 'diskANN', vectorIndexShardKey: ['city'] }], 'has an invalid Shard Path: city.'],
  [{}, [{ path: '/v', type: 'diskANN', vectorIndexShardKey: ['/a', '/b'] }], 'exceeds the maximum: 1.'],
  [{ dataType: 'float33' }, [], 'has an invalid DataType:float33'],
  [{ dimensions: 8000 }, [], 'has Dimensions:8000 which is more than the maximum supported value'],
  [{ dimensions: -1 }, [], 'The Vector Embedding Policy has Dimensions:-1'],
  [{ distanceFunction: 'byHand' }, [], 'has an invalid DistanceFunction:byHand'],
])('a policy with %j and %j is refused', async (more, vectorIndexes, message) => {
  const embedding = {
    path: '/v',
    dataType: 'float32',
    dimensions: 256,
    distanceFunction: 'euclidean',
    ...more,
  }
  const definition = {
    vectorEmbeddingPolicy: { vectorEmbeddings: [embedding] },
    indexingPolicy: { vectorIndexes },
  }
  await expect(account.container(definition as object)).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining(message),
  })
})

test('what is in a policy stays as it is, and more may come', async () => {
  const { resource } = await container.read()
  const { vectorEmbeddingPolicy, indexingPolicy, ...others } = resource!
  const [first, second] = vectorEmbeddingPolicy!.vectorEmbeddings as [object, object]
  const replace = (vectorEmbeddings: object[], vectorIndexes: object[]) =>
    container.replace({
      ...others,
      indexingPolicy: { ...indexingPolicy, vectorIndexes },
      vectorEmbeddingPolicy: { vectorEmbeddings },
    } as never)
  const index = { path: '/v', type: 'flat' }
  await expect(replace([{ ...first, dimensions: 3 }, second], [index])).rejects.toThrow(
    'existing embedding policy',
  )
  await expect(replace([first, second], [{ ...index, type: 'diskANN' }])).rejects.toThrow(
    'existing vector indexing policy',
  )
  await expect(replace([second], [index])).rejects.toThrow("/v not matching in Embedding's path")
  const third = { ...first, path: '/x' }
  const more = await replace([first, second, third], [index, { path: '/x', type: 'flat' }])
  expect(more.resource?.vectorEmbeddingPolicy).toEqual({ vectorEmbeddings: [first, second, third] })
})
