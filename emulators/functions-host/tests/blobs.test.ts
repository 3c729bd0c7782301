// The blob trigger, and blobs as inputs and outputs, on Azurite: found by listing, run once for each version, tried again
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import { type Azurite, startAzurite } from '../../azurite/server.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../spawn.ts'
import { parseBlobPattern } from '../triggers/blobs/pattern.ts'

const app = fileURLToPath(new URL('./apps/blobs', import.meta.url))
const POLL_MS = 10_000
let azurite: Azurite
let queues: QueueServiceClient
const containers = {} as Record<'incoming' | 'out' | 'spoilt' | 'reports', ContainerClient>

beforeAll(async () => {
  azurite = await startAzurite()
  queues = QueueServiceClient.fromConnectionString(azurite.connectionString)
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString)
  for (const name of ['incoming', 'out', 'spoilt', 'reports'] as const) {
    containers[name] = service.getContainerClient(name)
  }
  await containers.incoming.create()
  await containers.spoilt.create()
})
afterAll(() => azurite.close())

/** A host whose clock is moved by hand, so that it lists when it is told to. */
function start(id: string): Promise<SpawnedHost> {
  const settings = {
    AzureWebJobsStorage: azurite.connectionString,
    STORAGE: azurite.connectionString,
    AzureFunctionsWebHost__hostid: id,
  }
  return spawnFunctionsHost({ app, log: 'debug', manualClock: '2026-01-31T12:00:00Z', settings })
}

const put = (container: ContainerClient, name: string, text: string, metadata = {}) =>
  container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), { metadata })
const read = async (container: ContainerClient, name: string): Promise<string> =>
  String(await container.getBlobClient(name).downloadToBuffer())
const said = (host: SpawnedHost): unknown[] =>
  [...host.logs().matchAll(/"message":"(\[.*\])"/g)].map(([, text]) => JSON.parse(JSON.parse(`"${text}"`)))

test('a blob runs with its metadata and the names in its path; what is returned is written', async () => {
  await using host = await start(randomUUID())
  await put(containers.incoming, 'a/b.txt', 'hällo', { origin: 'here' })
  await put(containers.incoming, 'no extension', 'not meant')
  await host.advance(POLL_MS)
  await host.logged('"event":"invoked","function":"copies"')
  expect(said(host)).toEqual([['copies', 'incoming/a/b.txt', 'a/b', 'txt', 6, { origin: 'here' }, 'hällo']])
  expect(await read(containers.out, 'a/b/copy.txt')).toBe('hällo')
  await containers.incoming.deleteBlob('a/b.txt')
  await containers.incoming.deleteBlob('no extension')
})

test('each version runs once, also in a host that starts later; one that is there already runs at the start', async () => {
  const id = randomUUID()
  await put(containers.incoming, 'first.txt', 'one')
  await using host = await start(id)
  await host.logged('"event":"invoked","function":"copies"')
  await host.advance(POLL_MS)
  await host.logged(/blobs-listed.*"copies"/, 2)
  await host.close()
  await using next = await start(id)
  await put(containers.incoming, 'first.txt', 'two')
  await next.advance(POLL_MS)
  await next.logged('"event":"invoked","function":"copies"')
  expect(said(host)).toEqual([['copies', 'incoming/first.txt', 'first', 'txt', 3, {}, 'one']])
  expect(said(next)).toEqual([['copies', 'incoming/first.txt', 'first', 'txt', 3, {}, 'two']])
  await containers.incoming.deleteBlob('first.txt')
})

test('of two hosts of an app one runs a blob', async () => {
  const id = randomUUID()
  await using first = await start(id)
  await using second = await start(id)
  for (const name of ['1', '2', '3', '4']) await put(containers.incoming, `${name}.txt`, name)
  await Promise.all([first.advance(POLL_MS), second.advance(POLL_MS)])
  await first.logged(/blobs-listed.*"copies"/, 2)
  await second.logged(/blobs-listed.*"copies"/, 2)
  await Promise.all([first.close(), second.close()])
  await using last = await start(id)
  await last.logged(/blobs-listed.*"copies"/)
  const ran = [...said(first), ...said(second), ...said(last)] as string[][]
  expect(ran.map((one) => one.at(-1)).sort()).toEqual(['1', '2', '3', '4'])
  for (const name of ['1', '2', '3', '4']) await containers.incoming.deleteBlob(`${name}.txt`)
})

test('a blob that fails is tried five times, then a message in the poison queue tells of it', async () => {
  await using host = await start(randomUUID())
  const { etag } = await put(containers.spoilt, 'apple', 'rotten')
  await host.advance(POLL_MS)
  await host.logged('queue-poison')
  expect(host.logs().split('fails spoilt/apple;').length - 1).toBe(5)
  await host.close()
  const poison = queues.getQueueClient('webjobs-blobtrigger-poison')
  const { receivedMessageItems } = await poison.receiveMessages()
  expect(JSON.parse(Buffer.from(receivedMessageItems[0]!.messageText, 'base64').toString('utf8'))).toEqual({
    Type: 'BlobTrigger',
    FunctionId: 'Host.Functions.fails',
    BlobType: 'BlockBlob',
    ContainerName: 'spoilt',
    BlobName: 'apple',
    ETag: etag,
  })
  await containers.spoilt.deleteBlob('apple')
})

test('an input holds the blob that the message names, or nothing; an output makes its container', async () => {
  await using host = await start(randomUUID())
  const names = queues.getQueueClient('names')
  await put(containers.out, 'there', 'it is')
  await names.sendMessage(Buffer.from('there').toString('base64'))
  await host.advance(60_000)
  await host.logged('"event":"invoked","function":"reads"')
  await names.sendMessage(Buffer.from('not there').toString('base64'))
  await host.advance(60_000)
  await host.logged('"event":"invoked","function":"reads"', 2)
  const reports: unknown[] = []
  for await (const { name } of containers.reports.listBlobsFlat()) {
    reports.push(JSON.parse(await read(containers.reports, name)))
  }
  expect(reports).toHaveLength(2)
  expect(reports).toContainEqual({ name: 'there', found: 'it is' })
  expect(reports).toContainEqual({ name: 'not there', found: null })
})

test('fired by hand, the input is the path of a blob', async () => {
  await using host = await start(randomUUID())
  const fire = (input: string) =>
    fetch(`${host.url}/admin/functions/copies`, { method: 'POST', body: JSON.stringify({ input }) })
  await put(containers.spoilt, 'elsewhere.txt', '')
  expect((await fire('spoilt/elsewhere.txt')).status).toBe(202)
  await host.logged('"event":"invoked","function":"copies"')
  expect(said(host)).toEqual([['copies', 'spoilt/elsewhere.txt', 'elsewhere', 'txt', 0, {}, '']])
  const answer = await fire('spoilt/none')
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { message: 'There is no blob "spoilt/none": the input is a path, container/blob.' },
  ])
  await containers.spoilt.deleteBlob('elsewhere.txt')
})

test.each([
  ['photos', 'a/b', {}],
  ['photos/{name}', 'a/b', { name: 'a/b' }],
  ['photos/{name}.{kind}', 'a.b.c', { name: 'a.b', kind: 'c' }],
  ['photos/original-{name}', 'copy-1', undefined],
  ['photos/{{date}}-{name}', '{date}-1', { name: '1' }],
  ['photos/a.txt', 'a.txt', {}],
  ['photos/a.txt', 'aXtxt', undefined],
])('the path "%s" and the blob "%s": %j', (path, name, expected) => {
  expect(parseBlobPattern(path).match(name)).toEqual(expected)
})

test('a path that does not begin with the name of a container is refused', () => {
  expect(() => parseBlobPattern('{name}')).toThrow('"{name}" is no path of blobs')
})
