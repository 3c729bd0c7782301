// Throughput: offers as the SDK reads and replaces them, and 429 for what goes over.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OfferDefinition } from '@azure/cosmos'
import { newClient, startEmulator, statusOf } from './start.ts'

test('a container has the throughput it was created with, until its offer is replaced', async () => {
  await using account = await startEmulator()
  const container = await account.container({ throughput: 700 })
  const { offer, resource } = await container.readOffer()
  expect(resource?.content).toMatchObject({ offerThroughput: 700 })
  const next = { ...resource!, content: { ...resource!.content!, offerThroughput: 900 } } as OfferDefinition
  expect((await offer!.replace(next)).resource?.content?.offerThroughput).toBe(900)
  expect((await offer!.read()).resource?.content?.offerThroughput).toBe(900)
  const wrong = { ...next, content: { ...next.content!, offerThroughput: 950.5 } }
  await expect(offer!.replace(wrong)).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining('between 400 and 1000000 inclusive in increments of 100'),
  })
  expect((await account.client.offers.readAll().fetchAll()).resources.length).toBe(1)
  await container.delete()
  expect((await account.client.offers.readAll().fetchAll()).resources).toEqual([])
})

test('autoscale, and the throughput of a whole database', async () => {
  await using account = await startEmulator()
  const container = await account.container({ maxThroughput: 4000 })
  expect((await container.readOffer()).resource?.content).toEqual({
    offerThroughput: 400,
    offerIsRUPerMinuteThroughputEnabled: false,
    offerAutopilotSettings: { maxThroughput: 4000 },
  })
  const { database } = await account.client.databases.create({ id: 'shared', throughput: 400 })
  expect((await database.readOffer()).resource?.content).toMatchObject({ offerThroughput: 400 })
  const { container: inside } = await database.containers.create({ id: 'c', partitionKey: '/pk' })
  expect((await inside.readOffer()).resource).toBeUndefined()
})

test('a container that asked for none shows the default and is not held to it, until it is replaced', async () => {
  let now = 1_700_000_000_000
  await using account = await startEmulator({ clock: () => now })
  const container = await account.container()
  const { resource, offer } = await container.readOffer()
  expect(resource?.content).toMatchObject({ offerThroughput: 400 })
  const impatient = newClient(account.cosmos.url, account.cosmos.key, { maxRetryAttemptCount: 0 })
  const { items } = impatient.database('db').container('c1')
  const create = (n: number) => statusOf(items.create({ id: `${n}`, pk: 'p' }))
  for (let n = 0; n < 80; n++) expect(await create(n)).toBe(0)
  await offer!.replace(resource!)
  now += 1000
  for (let n = 80; n < 157; n++) expect(await create(n)).toBe(0)
  expect(await create(157)).toBe(429)
  impatient.dispose()
})

test.each([
  [{ throughput: 10_000 }, 1],
  [{ throughput: 10_100 }, 2],
  [{ throughput: 25_100 }, 5],
  [{ maxThroughput: 10_000 }, 1],
  [{ maxThroughput: 21_000 }, 3],
])('a container created with %j has %i ranges', async (throughput, ranges) => {
  await using account = await startEmulator()
  const container = await account.container(throughput)
  expect((await container.readPartitionKeyRanges().fetchAll()).resources).toHaveLength(ranges)
})

test.each([['its own'], ['that of its database'], ['the default']])(
  'a container is kept to %s',
  async (whose) => {
    let stopped: number | undefined = Date.now()
    const clock = () => stopped ?? Date.now()
    await using account = await startEmulator({ clock, ...(whose === 'the default' && { throughput: 400 }) })
    const database =
      whose === 'that of its database'
        ? (await account.client.databases.create({ id: 'shared', throughput: 400 })).database
        : account.database
    const { container } = await database.containers.create({
      id: 'limited',
      partitionKey: { paths: ['/pk'], version: 2 },
      ...(whose === 'its own' && { throughput: 400 }),
    })
    const impatient = newClient(account.cosmos.url, account.cosmos.key, { maxRetryAttemptCount: 0 })
    const limited = impatient.database(database.id).container('limited')
    const create = (n: number) => limited.items.create({ id: `${n}`, pk: 'p' })
    // A create costs 5.2: 76 leave 4.8 of the 400, and the next one goes over.
    for (let n = 0; n < 77; n++) await create(n)
    await expect(create(77)).rejects.toMatchObject({
      code: 429,
      substatus: 3200,
      headers: { 'x-ms-retry-after-ms': '2' },
      message: expect.stringContaining('Request rate is large'),
    })
    // Time goes on.
    stopped = undefined
    impatient.dispose()
    // Others wait as they are told and get through.
    const patient = await Promise.all(
      Array.from({ length: 20 }, (_, n) => container.items.upsert({ id: `${n}`, pk: 'q' })),
    )
    expect(patient.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(201))
  },
)

test('what was spent comes back with the time of the clock', async () => {
  let now = 1_700_000_000_000
  await using account = await startEmulator({ throughput: 400, clock: () => now })
  await account.container()
  const impatient = newClient(account.cosmos.url, account.cosmos.key, { maxRetryAttemptCount: 0 })
  const { items } = impatient.database('db').container('c1')
  const create = (n: number) => statusOf(items.create({ id: `${n}`, pk: 'p' }))
  for (let n = 0; n < 77; n++) expect(await create(n)).toBe(0)
  expect(await create(77)).toBe(429)
  now += 1000
  expect(await create(77)).toBe(0)
  impatient.dispose()
})

test('offers survive a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cosmos-offers-'))
  {
    await using account = await startEmulator({ dataDir })
    await account.container({ throughput: 500 })
  }
  await using account = await startEmulator({ dataDir })
  const { resource } = await account.database.container('c1').readOffer()
  expect(resource?.content?.offerThroughput).toBe(500)
  await rm(dataDir, { recursive: true })
})
