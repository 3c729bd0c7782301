// Several physical ranges: the client's hash and ours must agree, or bulk requests go astray.
import { ChangeFeedStartFrom } from '@azure/cosmos'
import { hashKey } from '../storage/epk.ts'
import { hashKeyV1 } from '../storage/epk-v1.ts'
import { startEmulator } from './start.ts'

test.each([
  [['a'], '3A5381E1114EB8D3FCC90795045B49B7'],
  [['комната №1'], '0183FB6530F3E01AB3548300E1E360FE'],
  [[''], '32E9366E637A71B4E710384B2F4970A0'],
  [['x'.repeat(40)], '2BA5636E640ADF909D2628D73E44B2EC'],
  [[17.5], '3E04B6EF6A35CCCDE991B7C96A4DA206'],
  [[-1], '19938E7A936C1C5B9E3AE842BBC16839'],
  [[true], '0E711127C5B5A8E4726AC6DD306A3E59'],
  [[false], '2FE1BE91E90A3439635E0E9E37361EF2'],
  [[null], '378867E4430E67857ACE5C908374FE16'],
  [[undefined], '11622DAA78F835834610ABE56EFF5CB5'],
])('the effective partition key of %j', (key, expected) => {
  expect(hashKey(key)).toBe(expected)
})

test.each([
  ['a', '05C1D78593652C086200'],
  ['', '05C1CF33970FF80800'],
  ['комната №1', '05C199F70F0FC008D1BBD1BFD1BDD1BED1B1D283D1B121E385973200'],
  [17.5, '05C1E5EBDF2F7205C031C0'],
  [-1, '05C1D1A5BDDF9C054010'],
  [true, '05C1D7C5A903D803'],
  [false, '05C1DB857D857C02'],
  [null, '05C1ED45D7475601'],
  [undefined, '05C1D529E345DC00'],
])('the effective partition key of version 1 of %j', (key, expected) => {
  expect(hashKeyV1(key)).toBe(expected)
})

test('bulk over ranges of a version 1 key: the client finds the same range', async () => {
  await using account = await startEmulator({ ranges: 3 })
  const container = await account.container({ partitionKey: { paths: ['/pk'], version: 1 } })
  const keys = [...Array.from({ length: 30 }, (_, i) => `room-${i}`), 1, -2.5, true, null]
  const results = await container.items.executeBulkOperations(
    keys.map((pk) => ({
      operationType: 'Create' as const,
      partitionKey: pk,
      resourceBody: { id: '1', pk } as never,
    })),
  )
  expect(results.map(({ response }) => response?.statusCode)).toEqual(Array(34).fill(201))
  const ranges = await container.getFeedRanges()
  expect(ranges.map(({ minInclusive }) => minInclusive)).toEqual(['', '05C1D5AB55AB54', '05C1E5AB55AB54'])
  expect((await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([34])
})

test('bulk, feed ranges and point reads over three ranges', async () => {
  await using account = await startEmulator({ ranges: 3 })
  const container = await account.container()
  const rooms = Array.from({ length: 30 }, (_, i) => `room-${i}`)
  const results = await container.items.executeBulkOperations(
    rooms.map((pk) => ({
      operationType: 'Create' as const,
      partitionKey: pk,
      resourceBody: { id: '1', pk },
    })),
  )
  expect(results.map(({ response }) => response?.statusCode)).toEqual(Array(30).fill(201))
  expect((await container.item('1', 'room-7').read()).statusCode).toBe(200)
  const ranges = await container.getFeedRanges()
  expect(ranges.map(({ minInclusive, maxExclusive }) => [minInclusive, maxExclusive])).toEqual([
    ['', '1555'],
    ['1555', '2AAA'],
    ['2AAA', 'FF'],
  ])
  const perRange: string[][] = []
  for (const range of ranges) {
    const feed = container.items.getChangeFeedIterator({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(range),
    })
    perRange.push((await feed.readNext()).result.map((document) => (document as { pk?: string }).pk ?? ''))
  }
  expect(perRange.every((found) => found.length > 0)).toBe(true)
  expect(perRange.flat().sort()).toEqual(rooms.toSorted())
  const all = await container.items.query('SELECT VALUE c.pk FROM c').fetchAll()
  expect(all.resources.toSorted()).toEqual(rooms.toSorted())
})
