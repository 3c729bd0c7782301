// Places on the globe: distances and areas that others have published, and what touches what.
import type { Container, JSONValue } from '@azure/cosmos'
import { startAccount, startEmulator, statusOf, type TestAccount } from './start.ts'

let account: TestAccount
let container: Container
beforeAll(async () => {
  account = await startAccount()
  container = await account.container()
  await container.items.create({ id: 'a', pk: 'p' })
})
afterAll(() => account[Symbol.asyncDispose]())

async function value(expression: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
  const query = {
    query: `SELECT VALUE {is: ${expression}} FROM c`,
    parameters: Object.entries(parameters).map(([name, one]) => ({ name, value: one as JSONValue })),
  }
  const { resources } = await container.items.query<{ is?: unknown }>(query, { partitionKey: 'p' }).fetchAll()
  return resources[0]!.is
}

const point = (longitude: number, latitude: number) => ({ type: 'Point', coordinates: [longitude, latitude] })
const polygon = (...rings: number[][][]) => ({ type: 'Polygon', coordinates: rings })
const square = (from: number, to: number) => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
  [from, from],
]
const line = (...coordinates: number[][]) => ({ type: 'LineString', coordinates })

test.each([
  // From the documentation of the service.
  [
    'a kilometre or three',
    point(-122.12826822304672, 47.63980239335718),
    point(-122.11758113953535, 47.66901087006131),
    3345.2698,
  ],
  [
    'far',
    point(-96.84368664765994, 46.81297794314663),
    point(-122.11758113953535, 47.66901087006131),
    1907438.4213,
  ],
  // From the pole to the equator: the quarter of the meridian of WGS 84.
  ['a quarter of the way round', point(0, 90), point(0, 0), 10001965.7293],
  ['the same place', point(8, 50), point(8, 50), 0],
  // A degree of the equator.
  ['to the end of a line', line([0, 0], [1, 0]), point(2, 0), 111319.4908],
  ['to the middle of a line', line([-1, 1], [1, 1]), point(0, 0), 110574.3886],
  ['inside of a polygon', polygon(square(0, 2)), point(1, 1), 0],
])('ST_DISTANCE: %s', async (_, a, b, metres) => {
  const found = await value('ST_DISTANCE(@a, @b)', { '@a': a, '@b': b })
  expect(Math.abs((found as number) - metres)).toBeLessThanOrEqual(metres * 1e-7)
})

test('ST_AREA, with holes taken out', async () => {
  const cell = polygon([
    [31.8, -5],
    [32, -5],
    [32, -4.7],
    [31.8, -4.7],
    [31.8, -5],
  ])
  // From the documentation of the service.
  expect((await value('ST_AREA(@a)', { '@a': cell })) as number).toBeCloseTo(735970283.05, 0)
  const [whole, hole] = [square(0, 1), square(0.25, 0.75)]
  const areas = [polygon(whole), polygon(hole), polygon(whole, hole)]
  const [all, inner, rest] = (await Promise.all(
    areas.map((one) => value('ST_AREA(@a)', { '@a': one })),
  )) as number[]
  expect(all! - inner!).toBeCloseTo(rest!, 3)
  expect(await value('ST_AREA(@a)', { '@a': point(0, 0) })).toBe(0)
})

const RING = polygon(square(0, 10), square(4, 6))
test.each([
  ['ST_WITHIN', point(1, 1), RING, true],
  ['ST_WITHIN', point(5, 5), RING, false],
  ['ST_WITHIN', point(0, 5), RING, true],
  ['ST_WITHIN', point(11, 5), RING, false],
  ['ST_WITHIN', line([1, 1], [3, 3]), RING, true],
  ['ST_WITHIN', line([1, 1], [9, 9]), RING, false],
  ['ST_WITHIN', polygon(square(1, 3)), RING, true],
  ['ST_WITHIN', polygon(square(3, 7)), RING, false],
  ['ST_WITHIN', point(1, 1), point(1, 1), undefined],
  ['ST_INTERSECTS', line([-1, 5], [1, 5]), RING, true],
  ['ST_INTERSECTS', polygon(square(9, 12)), RING, true],
  ['ST_INTERSECTS', polygon(square(4.5, 5.5)), RING, false],
  ['ST_INTERSECTS', line([0, 0], [2, 2]), line([0, 2], [2, 0]), true],
  ['ST_INTERSECTS', line([0, 0], [2, 2]), point(1, 1), true],
  [
    'ST_INTERSECTS',
    {
      type: 'MultiPoint',
      coordinates: [
        [50, 50],
        [1, 1],
      ],
    },
    RING,
    true,
  ],
  ['ST_INTERSECTS', point(1, 91), RING, undefined],
])('%s of %j and %j is %s', async (name, a, b, expected) => {
  expect(await value(`${name}(@a, @b)`, { '@a': a, '@b': b })).toBe(expected)
})

test.each<[unknown, string | undefined]>([
  [point(-84.4, 33.8), undefined],
  [point(133.8, -184.4), 'Latitude values must be between -90 and 90 degrees.'],
  [point(190, 1), 'Longitude values must be between -180 and 180 degrees.'],
  [
    polygon([
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ]),
    'A ring of a Polygon must be closed: its first and last positions must be the same.',
  ],
  [line([1, 1]), 'A LineString must have at least two positions.'],
  [{ type: 'Circle', coordinates: [1, 1] }, "The type 'Circle' is not a GeoJSON type that is supported."],
  [{ type: 'Point', coordinates: ['1', 2] }, 'A position must be an array of at least two numbers.'],
])('ST_ISVALIDDETAILED of %j', async (shape, reason) => {
  const expected = reason === undefined ? { valid: true } : { valid: false, reason }
  expect(await value('ST_ISVALIDDETAILED(@a)', { '@a': shape })).toEqual(expected)
  expect(await value('ST_ISVALID(@a)', { '@a': shape })).toBe(reason === undefined)
})

test('flat space is answered 501', async () => {
  await using emulator = await startEmulator()
  const flat = await emulator.container({ geospatialConfig: { type: 'Geometry' } } as object)
  await flat.items.create({ id: 'a', pk: 'p', at: point(1, 1) })
  const query = 'SELECT VALUE ST_DISTANCE(c.at, c.at) FROM c'
  expect(await statusOf(flat.items.query(query, { partitionKey: 'p' }).fetchAll())).toBe(501)
})
