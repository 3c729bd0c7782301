// The Cosmos DB trigger on the emulator's change feed: batches, checkpoints, retries, and what a restart sees.
import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Container, CosmosClient, type Database } from '@azure/cosmos'
import { type Cosmos, startCosmos } from '../../cosmos/server.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'

const app = fileURLToPath(new URL('./apps/feed', import.meta.url))
const FUNCTIONS = ['plain', 'patient', 'endless', 'latecomer', 'copier']
const leases = { acquireMs: 200, renewMs: 100, expirationMs: 600 }
let cosmos: Cosmos
let client: CosmosClient
let database: Database

beforeAll(async () => {
  cosmos = await startCosmos({ port: 0 })
  client = new CosmosClient(cosmos.connectionString)
  database = (await client.databases.create({ id: 'test' })).database
})
afterAll(async () => {
  client.dispose()
  await cosmos.close()
})

async function newContainer(): Promise<Container> {
  const id = `items-${randomUUID()}`
  return (await database.containers.create({ id, partitionKey: { paths: ['/id'], version: 2 } })).container
}

/** A host on which only the named function is enabled. */
function startHost(
  only: string,
  container: Container,
  connection = cosmos.connectionString,
): Promise<SpawnedHost> {
  const disabled = FUNCTIONS.filter((name) => name !== only).map((name) => [
    `AzureWebJobs.${name}.Disabled`,
    '1',
  ])
  const settings = { COSMOS: connection, CONTAINER: container.id, ...Object.fromEntries(disabled) }
  return spawnFunctionsHost({ app, log: 'info', leases, settings })
}

const add = (container: Container, ...ids: string[]) =>
  addAll(
    container,
    ids.map((id) => ({ id })),
  )
async function addAll(container: Container, documents: { id: string; fail?: number }[]): Promise<void> {
  for (const document of documents) await container.items.create(document)
}

/** What the handler finished, in order: one string per batch. */
const done = (host: SpawnedHost): string[] =>
  [...host.logs().matchAll(/ did ([\w,-]+);/g)].map((match) => match[1]!)
const attempts = (host: SpawnedHost): string[] =>
  [...host.logs().matchAll(/ got ([\w,-]+ retry \d+)/g)].map((match) => match[1]!)

async function leaseOf(prefix: string, container: Container): Promise<Record<string, unknown>> {
  const rids = [(await database.read()).resource!._rid, (await container.read()).resource!._rid]
  const id = `${prefix}127.0.0.1_${rids.join('_')}..0`
  return (await database.container('leases').item(id, id).read()).resource as Record<string, unknown>
}

test('reads from the beginning in pages, checkpoints in the real lease, and a restart reads on', async () => {
  const container = await newContainer()
  await add(container, 'a', 'b', 'c')
  const first = await startHost('plain', container)
  await first.logged('did c;')
  expect(done(first)).toEqual(['a,b', 'c'])
  const owned = await leaseOf('plain-', container)
  expect(owned).toMatchObject({
    version: 0,
    LeaseToken: '0',
    FeedRange: { Range: { min: '', max: 'FF' } },
    Owner: expect.stringMatching(/^[0-9a-f-]{36}$/),
    Mode: 'Incremental Feed',
    properties: {},
  })
  await first.close()
  expect(await leaseOf('plain-', container)).toMatchObject({ Owner: null, ContinuationToken: '"3"' })
  await add(container, 'd')
  await using second = await startHost('plain', container)
  await second.logged('did d;')
  expect(done(second)).toEqual(['d'])
})

test('what is written while the host runs arrives, once', async () => {
  const container = await newContainer()
  await using host = await startHost('plain', container)
  await host.logged('feed-reading')
  await add(container, 'live')
  await host.logged('did live;')
  await add(container, 'later')
  await host.logged('did later;')
  expect(done(host)).toEqual(['live', 'later'])
})

test('without a start option only what comes after the first read is seen', async () => {
  const container = await newContainer()
  await add(container, 'before')
  await using host = await startHost('latecomer', container)
  await host.logged('feed-reading')
  await add(container, 'after')
  await host.logged('did after;')
  expect(done(host)).toEqual(['after'])
})

test('without a retry policy a batch that throws is checkpointed and gone', async () => {
  const container = await newContainer()
  await addAll(container, [{ id: 'bad', fail: 9 }, { id: 'same-batch' }, { id: 'good' }])
  await using host = await startHost('plain', container)
  await host.logged('did good;')
  expect(attempts(host)).toEqual(['bad,same-batch retry 0', 'good retry 0'])
  expect(done(host)).toEqual(['good'])
})

test('a retry policy runs the same batch again; when it is used up the batch is gone', async () => {
  const container = await newContainer()
  await addAll(container, [
    { id: 'twice', fail: 2 },
    { id: 'b' },
    { id: 'thrice', fail: 3 },
    { id: 'd' },
    { id: 'e' },
  ])
  await using host = await startHost('patient', container)
  await host.logged('did e;')
  expect(attempts(host)).toEqual([
    'twice,b retry 0',
    'twice,b retry 1',
    'twice,b retry 2',
    'thrice,d retry 0',
    'thrice,d retry 1',
    'thrice,d retry 2',
    'e retry 0',
  ])
  expect(done(host)).toEqual(['twice,b', 'e'])
})

test('an endless policy never gives up, and nothing overtakes', async () => {
  const container = await newContainer()
  await addAll(container, [{ id: 'hard', fail: 7 }, { id: 'b' }, { id: 'c' }])
  await using host = await startHost('endless', container)
  await host.logged('did c;')
  expect(done(host)).toEqual(['hard,b', 'c'])
})

test('stopped in the middle of retries, the batch is not checkpointed: the next host gets it', async () => {
  const container = await newContainer()
  await addAll(container, [{ id: 'stuck', fail: 1_000_000 }])
  const first = await startHost('endless', container)
  await first.logged('got stuck retry 2')
  await first.close()
  expect(await leaseOf('endless-', container)).toMatchObject({ Owner: null, ContinuationToken: null })
  await using second = await startHost('endless', container)
  await second.logged('got stuck retry 0')
})

test.each([
  ['before-checkpoint', ['a,b']],
  ['after-checkpoint', ['b']],
] as const)('a host killed %s: the next one gets %j', async (step, expected) => {
  const container = await newContainer()
  const first = await startHost('endless', container)
  await fetch(`${first.url}/_emulator/faults`, {
    method: 'POST',
    body: JSON.stringify({ operation: 'cosmos.endless', fault: { kind: 'kill', step } }),
  })
  await add(container, 'a')
  expect((await first.exited).signal).toBe('SIGKILL')
  await add(container, 'b')
  await using second = await startHost('endless', container)
  await second.logged('b;')
  expect(done(second)).toEqual(expected)
})

test('the account may be away at the start and go away later: the host waits and goes on', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'functions-host-'))
  const early = await startCosmos({ port: 0, dataDir })
  const { port, connectionString } = early
  const setUp = new CosmosClient(connectionString)
  const created = await setUp.databases.create({ id: 'test' })
  await created.database.containers.create({ id: 'away', partitionKey: { paths: ['/id'], version: 2 } })
  setUp.dispose()
  await early.close()
  const container = database.container('away')
  await using host = await startHost('plain', container, connectionString)
  await host.logged('"event":"leases"')
  const write = async (id: string): Promise<void> => {
    const own = new CosmosClient(connectionString)
    await own.database('test').container('away').items.create({ id })
    own.dispose()
  }
  {
    await using _first = await startCosmos({ port, dataDir })
    await write('one')
    await host.logged('did one;')
  }
  await host.logged(/"event":"(change-feed|checkpoint|lease-renew)"/)
  await using _second = await startCosmos({ port, dataDir })
  await write('two')
  await host.logged('did two;')
  expect(done(host)).toEqual(['one', 'two'])
})

test('an output binding upserts what the function returns', async () => {
  const container = await newContainer()
  const { container: copies } = await database.containers.create({
    id: 'copies',
    partitionKey: { paths: ['/id'] },
  })
  await add(container, 'x')
  await using host = await startHost('copier', container)
  await host.logged('did x;')
  await host.close()
  expect((await copies.item('copy-x', 'copy-x').read()).resource).toMatchObject({
    id: 'copy-x',
    copied: true,
  })
})

test('fired by hand it takes an array of documents and nothing else', async () => {
  const container = await newContainer()
  await using host = await startHost('plain', container)
  const fire = (input: unknown) =>
    fetch(`${host.url}/admin/functions/plain`, { method: 'POST', body: JSON.stringify({ input }) })
  expect((await fire('{"id":"not an array"}')).status).toBe(400)
  expect((await fire([{ id: 'by-hand' }])).status).toBe(202)
  await host.logged('did by-hand;')
})

test('a feed that is hardly ever polled is read after a write of the host itself, when told so', async () => {
  const container = await newContainer()
  const quiet = FUNCTIONS.filter((name) => name !== 'plain').map((name) => [
    `AzureWebJobs.${name}.Disabled`,
    '1',
  ])
  const settings = { COSMOS: cosmos.connectionString, CONTAINER: container.id, POLL_MS: '3600000' }
  await using host = await spawnFunctionsHost({
    ...{ app, log: 'info', leases, feedWakeMs: 10 },
    settings: { ...settings, ...Object.fromEntries(quiet) },
  })
  await host.logged('feed-reading')
  await add(container, 'from outside')
  const write = () => fetch(`${host.url}/admin/functions/writer`, { method: 'POST', body: '{"input":""}' })
  await write()
  await host.logged(/did from outside,[\w-]{36};/)
  await write()
  await host.logged(/did [\w-]{36};/)
})
