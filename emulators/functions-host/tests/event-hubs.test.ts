// The Event Hubs trigger on a broker that the official client reads: batches, metadata, checkpoints, limits and offsets.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob'
import { type Azurite, startAzurite } from '../../azurite/server.ts'
import { startKeyVault } from '../../key-vault/server.ts'
import { certificateIn } from '../../kit/certificate-store.ts'
import { type SpawnedHost, type SpawnOptions, spawnFunctionsHost } from '../spawn.ts'
import { type Broker, startBroker } from './support/event-hub-broker.ts'

const app = fileURLToPath(new URL('./apps/hub', import.meta.url))
const HUB = 'AzureFunctionsJobHost__extensions__eventHubs__'
let azurite: Azurite
let container: ContainerClient

beforeAll(async () => {
  azurite = await startAzurite({ services: ['blob'] })
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString)
  container = service.getContainerClient('azure-webjobs-eventhub')
})
afterAll(() => azurite.close())
beforeEach(async () => {
  for await (const { name } of container.listBlobsFlat()) await container.deleteBlob(name)
}, 10_000)
beforeAll(() => container.createIfNotExists())

/** A host with one of the functions; `host.json` members go by `HUB` names. */
function start(
  name: string,
  broker: Broker,
  settings: Record<string, string> = {},
  options: Partial<SpawnOptions> = {},
): Promise<SpawnedHost> {
  const others = ['many', 'one', 'bytes', 'patient'].filter((other) => other !== name)
  return spawnFunctionsHost({
    app,
    log: 'debug',
    settings: {
      AzureWebJobsStorage: azurite.connectionString,
      HUB: broker.connectionString,
      HUB_NAME: 'events',
      ...Object.fromEntries(others.map((other) => [`AzureWebJobs.${other}.Disabled`, 'true'])),
      ...settings,
    },
    ...options,
  })
}

const event = (body: string) => ({ body })
/** What the app has logged that begins so. */
const said = (host: SpawnedHost, start: string): string[] =>
  host
    .logs()
    .split('\n')
    .filter((line) => line.includes('"event":"app"'))
    .map((line) => (JSON.parse(line) as { message: string }).message)
    .filter((message) => message.startsWith(start))

test('many: a batch of what a partition holds, with an array of each that is known about the events', async () => {
  await using broker = await startBroker()
  broker.send(
    1,
    {
      body: '{"temperature":21}',
      properties: { Kind: 'reading', level: 3 },
      annotations: { 'iothub-connection-device-id': 'device-1' },
      fields: { content_type: 'application/json', message_id: 'm-1' },
      partitionKey: 'key-1',
      enqueuedAt: '2026-01-31T12:00:00.120Z',
    },
    { body: 'plain', enqueuedAt: '2026-01-31T12:00:01Z' },
  )
  await using host = await start('many', broker)
  await host.logged('many did')
  expect(said(host, 'many got')).toEqual(['many got [{"temperature":21},"plain"] retry 0'])
  expect(JSON.parse(said(host, 'metadata')[0]!.slice('metadata '.length))).toEqual({
    partitionContext: {
      fullyQualifiedNamespace: '127.0.0.1',
      eventHubName: 'events',
      consumerGroup: '$Default',
      partitionId: '1',
      isCheckpointingAfterInvocation: true,
    },
    partitionKeyArray: ['key-1', null],
    offsetArray: [0, 100],
    sequenceNumberArray: [0, 1],
    enqueuedTimeUtcArray: ['2026-01-31T12:00:00.12', '2026-01-31T12:00:01'],
    propertiesArray: [{ kind: 'reading', level: 3 }, {}],
    systemPropertiesArray: [
      {
        'iothub-connection-device-id': 'device-1',
        'x-opt-sequence-number': 0,
        'x-opt-offset': '0',
        'x-opt-enqueued-time': '2026-01-31T12:00:00.120Z',
        'x-opt-partition-key': 'key-1',
        'content-type': 'application/json',
        'message-id': 'm-1',
        sequenceNumber: 0,
        offset: '0',
        partitionKey: 'key-1',
        enqueuedTimeUtc: '2026-01-31T12:00:00.12',
      },
      {
        'x-opt-sequence-number': 1,
        'x-opt-offset': '100',
        'x-opt-enqueued-time': '2026-01-31T12:00:01.000Z',
        sequenceNumber: 1,
        offset: '100',
        partitionKey: null,
        enqueuedTimeUtc: '2026-01-31T12:00:01',
      },
    ],
  })
})

test('one: an invocation for each event, in order, and its own metadata; bytes where the binding says so', async () => {
  await using broker = await startBroker()
  broker.send(
    0,
    { body: 'first', partitionKey: 'key-1', properties: { kind: 'reading' } },
    { body: '{"second":2}', enqueuedAt: '2026-01-31T12:00:01.5Z' },
  )
  await using host = await start('one', broker)
  await host.logged('one did', 2)
  expect(said(host, 'one')).toEqual([
    'one got "first" retry 0',
    'one did "first"',
    'one got {"second":2} retry 0',
    'one did {"second":2}',
  ])
  const [first, second] = said(host, 'metadata').map((line) => JSON.parse(line.slice('metadata '.length)))
  expect(first).toMatchObject({ partitionKey: 'key-1', properties: { kind: 'reading' }, sequenceNumber: 0 })
  expect(second).toEqual({
    partitionContext: {
      fullyQualifiedNamespace: '127.0.0.1',
      eventHubName: 'events',
      consumerGroup: 'single',
      partitionId: '0',
      isCheckpointingAfterInvocation: true,
    },
    offset: 100,
    sequenceNumber: 1,
    enqueuedTimeUtc: '2026-01-31T12:00:01.5',
    properties: {},
    systemProperties: {
      'x-opt-sequence-number': 1,
      'x-opt-offset': '100',
      'x-opt-enqueued-time': '2026-01-31T12:00:01.500Z',
      sequenceNumber: 1,
      offset: '100',
      partitionKey: null,
      enqueuedTimeUtc: '2026-01-31T12:00:01.5',
    },
  })
  await using raw = await start('bytes', broker)
  await raw.logged('bytes did')
  expect(said(raw, 'bytes got')[0]).toContain('[{"type":"Buffer","data":[102,105,114,115,116]},')
})

test('a restart goes on after the checkpoint; checkpoint and ownership are the blobs of the real extension', async () => {
  await using broker = await startBroker()
  broker.send(0, event('a'), event('b'))
  await using first = await start('many', broker)
  await first.logged('many did')
  await first.close()
  const blobs: Record<string, unknown> = {}
  for await (const { name, metadata } of container.listBlobsFlat({ includeMetadata: true })) {
    blobs[name] = metadata
  }
  expect(blobs).toEqual({
    '127.0.0.1/events/$default/checkpoint/0': {
      offset: '100',
      sequencenumber: '1',
      clientidentifier: expect.stringMatching(/^[\da-f-]{36}$/),
    },
    '127.0.0.1/events/$default/ownership/0': { ownerid: '' },
    '127.0.0.1/events/$default/ownership/1': { ownerid: '' },
  })
  broker.send(0, event('c'))
  await using second = await start('many', broker)
  await second.logged('many did')
  expect(said(second, 'many got')).toEqual(['many got ["c"] retry 0'])
})

test.each([
  ['before-checkpoint', '["a","b"]'],
  ['after-checkpoint', '["b"]'],
])('a host killed %s: the next one gets %s', async (step, expected) => {
  await using broker = await startBroker()
  const own = { [`${HUB}partitionOwnershipExpirationInterval`]: '00:00:00.001' }
  await using first = await start('many', broker, own)
  await fetch(`${first.url}/_emulator/faults`, {
    method: 'POST',
    body: JSON.stringify({ operation: 'eventhub.many', fault: { kind: 'kill', step } }),
  })
  broker.send(0, event('a'))
  await first.exited
  broker.send(0, event('b'))
  await using second = await start('many', broker, own)
  await second.logged('many did')
  expect(said(second, 'many got')).toEqual([`many got ${expected} retry 0`])
})

test('a retry policy runs the same batch again; when it is used up the batch is done', async () => {
  await using broker = await startBroker()
  await using host = await start('patient', broker, {}, { manualClock: '2026-01-31T12:00:00Z' })
  broker.send(0, event('x fail 9'))
  await host.logged(/retry-waits.*"patient".*600000/)
  await host.advance(600_000)
  await host.logged(/retry-waits.*"patient".*600000/, 2)
  await host.advance(600_000)
  broker.send(0, event('after'))
  await host.logged('patient did')
  expect(said(host, 'patient')).toEqual([
    'patient got ["x fail 9"] retry 0',
    'patient got ["x fail 9"] retry 1',
    'patient got ["x fail 9"] retry 2',
    'patient got ["after"] retry 0',
    'patient did ["after"]',
  ])
})

test('without a retry policy a batch that fails is done', async () => {
  await using broker = await startBroker()
  await using first = await start('many', broker)
  broker.send(0, event('x fail 9'))
  await first.logged('asked to fail x')
  await first.close()
  broker.send(0, event('after'))
  await using second = await start('many', broker)
  await second.logged('many did')
  expect(said(second, 'many got')).toEqual(['many got ["after"] retry 0'])
})

test('a stop waits for the running invocation; its batch is delivered again, as in Azure', async () => {
  await using broker = await startBroker()
  await using first = await start('many', broker)
  broker.send(0, event('slow'))
  await first.logged('many got')
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(said(first, 'many did')).toEqual(['many did ["slow"]'])
  await using second = await start('many', broker)
  await second.logged('many got')
})

test('a stop in the middle of retries: the batch is delivered again', async () => {
  await using broker = await startBroker()
  await using first = await start('patient', broker)
  broker.send(1, event('y fail 1'))
  await first.logged('asked to fail y')
  await first.close()
  await using second = await start('patient', broker)
  await second.logged('patient got')
  expect(said(second, 'patient got')).toEqual(['patient got ["y fail 1"] retry 0'])
})

test('no batch is larger than maxEventBatchSize', async () => {
  await using broker = await startBroker()
  broker.send(0, ...['a', 'b', 'c', 'd', 'e'].map(event))
  await using host = await start('many', broker, { [`${HUB}maxEventBatchSize`]: '2' })
  await host.logged('many did', 3)
  expect(said(host, 'many got').join()).toBe(
    'many got ["a","b"] retry 0,many got ["c","d"] retry 0,many got ["e"] retry 0',
  )
})

test('minEventBatchSize holds events back until there are enough or maxWaitTime is over', async () => {
  await using broker = await startBroker()
  const settings = { [`${HUB}minEventBatchSize`]: '3', [`${HUB}maxWaitTime`]: '00:05:00' }
  await using host = await start('many', broker, settings, { manualClock: '2026-01-31T12:00:00Z' })
  broker.send(0, event('a'), event('b'), event('c'))
  await host.logged('many did')
  broker.send(0, event('d'))
  await host.logged(/events-held.*"events":1/)
  await host.advance(299_999)
  expect(said(host, 'many got')).toEqual(['many got ["a","b","c"] retry 0'])
  await host.advance(1)
  await host.logged('many did', 2)
  broker.send(0, event('e'))
  await host.logged('events-held', 2)
  broker.send(0, event('f'), event('g'))
  await host.logged('many did', 3)
  expect(said(host, 'many got').slice(1)).toEqual([
    'many got ["d"] retry 0',
    'many got ["e","f","g"] retry 0',
  ])
})

test('batchCheckpointFrequency: every second batch is checkpointed, and a stop makes up for the rest', async () => {
  await using broker = await startBroker()
  const settings = {
    [`${HUB}batchCheckpointFrequency`]: '2',
    [`${HUB}maxEventBatchSize`]: '1',
    [`${HUB}partitionOwnershipExpirationInterval`]: '00:00:00.001',
  }
  broker.send(0, event('a'), event('b'), event('c'))
  await using first = await start('many', broker, settings)
  await first.logged('many did', 3)
  const contexts = said(first, 'metadata').map((line) => JSON.parse(line.slice('metadata '.length)))
  expect(contexts.map(({ partitionContext }) => partitionContext.isCheckpointingAfterInvocation)).toEqual([
    false,
    true,
    false,
  ])
  await first.kill('SIGKILL')
  await using second = await start('many', broker, settings)
  await second.logged('many did')
  expect(said(second, 'many got')).toEqual(['many got ["c"] retry 0'])
  await second.close()
  broker.send(0, event('d'))
  await using third = await start('many', broker, settings)
  await third.logged('many did')
  expect(said(third, 'many got')).toEqual(['many got ["d"] retry 0'])
})

test.each([
  ['fromStart', {}, ['old', 'newer', 'new']],
  ['fromEnd', {}, ['new']],
  ['fromEnqueuedTime', { enqueuedTimeUtc: '2026-01-31T12:00:00Z' }, ['newer', 'new']],
])('initialOffsetOptions %s', async (type, more, expected) => {
  await using broker = await startBroker({ partitions: [[]] })
  broker.send(
    0,
    { body: 'old', enqueuedAt: '2026-01-31T11:59:59Z' },
    { body: 'newer', enqueuedAt: '2026-01-31T12:00:01Z' },
  )
  const settings = { [`${HUB}initialOffsetOptions`]: JSON.stringify({ type, ...more }) }
  await using host = await start('one', broker, settings)
  await broker.read('single', 1)
  broker.send(0, event('new'))
  await host.logged(/one did .{1,2}new\W/)
  expect(said(host, 'one did')).toEqual(expected.map((body) => `one did "${body}"`))
})

test('an EntityPath in the connection string wins over the name in the binding', async () => {
  await using broker = await startBroker()
  broker.send(0, event('a'))
  const connection = `${broker.connectionString};EntityPath=events`
  await using host = await start('many', broker, { HUB: connection, HUB_NAME: 'another' })
  await host.logged('many did')
  expect(broker.audiences).toContain(
    `sb://127.0.0.1:${broker.port}/events/ConsumerGroups/$Default/Partitions/0`,
  )
})

test('with a namespace in place of a connection string, a managed identity of the machine signs in, over TLS', async () => {
  const certificateDir = await mkdtemp(join(tmpdir(), 'functions-host-'))
  await using vault = await startKeyVault({ port: 0, certificateDir })
  await using broker = await startBroker({ tls: await certificateIn(certificateDir) })
  broker.send(0, event('a'))
  await using host = await start('many', broker, {
    HUB: '',
    HUB__fullyQualifiedNamespace: `localhost:${broker.port}`,
    HUB__credential: 'managedidentity',
    ...vault.environment,
  })
  await host.logged('many did')
  const [token] = broker.tokens
  expect(JSON.parse(Buffer.from(token!.split('.')[1]!, 'base64url').toString())).toMatchObject({
    aud: 'https://eventhubs.azure.net/',
  })
  await expect(
    start('many', broker, { HUB: '', HUB__fullyQualifiedNamespace: 'localhost', HUB__credential: 'other' }),
  ).rejects.toThrow('"HUB__credential" is "other": this host knows "managedidentity" only.')
})

test('the hub may be away at the start and go away later: the host waits and goes on', async () => {
  const before = await startBroker()
  await before.close()
  const quick = {
    [`${HUB}clientRetryOptions`]: '{"delay":"00:00:00.050","maximumDelay":"00:00:00.100"}',
    [`${HUB}loadBalancingUpdateInterval`]: '00:00:00.100',
  }
  await using host = await start('many', before, quick)
  await host.logged(/"event":"event-hub".*ECONNREFUSED/)
  const { port, partitions } = before
  const first = await startBroker({ port, partitions })
  await first.read('$Default', 2)
  first.send(0, event('a'))
  await host.logged('many did ')
  await first.close()
  partitions[0]!.push({ body: 'b', sequence: 1, time: 0 })
  await using second = await startBroker({ port, partitions })
  await second.read('$Default', 2)
  await host.logged('many did ', 2)
  expect(said(host, 'many got')).toEqual(['many got ["a"] retry 0', 'many got ["b"] retry 0'])
})

test('a stop while hub and storage are away ends in good order', async () => {
  await using own = await startAzurite({ services: ['blob'] })
  await using broker = await startBroker()
  await using host = await start('many', broker, { AzureWebJobsStorage: own.connectionString })
  broker.send(0, event('a'))
  await host.logged('many did')
  await own.close()
  await broker.close()
  expect(await host.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('fired by hand, the function gets the input as its event', async () => {
  await using broker = await startBroker()
  await using host = await start('many', broker)
  await fetch(`${host.url}/admin/functions/many`, { method: 'POST', body: '{"input":"by hand"}' })
  await host.logged('many did')
  expect(said(host, 'many got')).toEqual(['many got ["by hand"] retry 0'])
})

test.each([
  [
    'HUB',
    '',
    'the app setting "HUB" with a connection string, or "HUB__fullyQualifiedNamespace", is missing.',
  ],
  ['HUB', 'nonsense', 'the app setting "HUB" is no connection string: it has no Endpoint.'],
  ['AzureWebJobsStorage', '', 'its checkpoints are blobs: the app setting "AzureWebJobsStorage" is missing.'],
])('the setting %s as "%s" is refused: %s', async (name, value, reason) => {
  await using broker = await startBroker()
  await expect(start('many', broker, { [name]: value })).rejects.toThrow(
    `Function "many" cannot start: ${reason}`,
  )
})

test.each([
  ['maxEventBatchSize', '0'],
  ['maxWaitTime', '00:11:00'],
  ['minEventBatchSize', '101'],
  ['initialOffsetOptions', '{"type":"fromEnqueuedTime"}'],
  ['transportType', 'amqpWebSockets'],
  ['customEndpointAddress', 'sb://elsewhere'],
])('host.json extensions.eventHubs.%s %s is refused', async (member, value) => {
  await using broker = await startBroker()
  await expect(start('many', broker, { [`${HUB}${member}`]: value })).rejects.toThrow(
    new RegExp(`host\\.json is not valid(.|\\n)*${member}`),
  )
})
