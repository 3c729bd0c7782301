// Queues and blobs through the SDKs, data that stays, and the life of the process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BlobServiceClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import { createFaults } from '../../kit/faults.ts'
import { startAzurite } from '../server.ts'

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'azurite-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** What holds of every storage account: Azurite, or the one that AZURE_STORAGE_CONNECTION_STRING names. */
async function startStorage(): Promise<AsyncDisposable & { connectionString: string }> {
  const connectionString = process.env.AZURE_STORAGE_CONNECTION_STRING
  return connectionString ? { connectionString, [Symbol.asyncDispose]: async () => {} } : startAzurite()
}

test('queues: a message is hidden while somebody works on it, and gone when deleted', async () => {
  await using storage = await startStorage()
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient(
    `jobs-${crypto.randomUUID()}`,
  )
  await queue.create()
  await using _ = { [Symbol.asyncDispose]: async () => void (await queue.delete()) }
  await queue.sendMessage('first')
  const { receivedMessageItems } = await queue.receiveMessages({ visibilityTimeout: 30 })
  expect(receivedMessageItems).toMatchObject([{ messageText: 'first', dequeueCount: 1 }])
  expect((await queue.receiveMessages()).receivedMessageItems).toEqual([])
  const [message] = receivedMessageItems
  await queue.deleteMessage(message!.messageId, message!.popReceipt)
  expect((await queue.getProperties()).approximateMessagesCount).toBe(0)
})

test('blobs: conditions hold, and only signed requests are served', async () => {
  await using storage = await startStorage()
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(
    `media-${crypto.randomUUID()}`,
  )
  await container.create()
  await using _ = { [Symbol.asyncDispose]: async () => void (await container.delete()) }
  const blob = container.getBlockBlobClient('note.txt')
  await blob.uploadData(Buffer.from('hello'))
  await expect(
    blob.uploadData(Buffer.from('again'), { conditions: { ifNoneMatch: '*' } }),
  ).rejects.toMatchObject({
    statusCode: 409,
    code: 'BlobAlreadyExists',
  })
  expect((await blob.downloadToBuffer()).toString()).toBe('hello')
  // A real account may not even say that there is something.
  const refused = process.env.AZURE_STORAGE_CONNECTION_STRING ? [403, 404, 409] : [403]
  expect(refused).toContain((await fetch(blob.url)).status)
})

test('a data folder survives a restart', async () => {
  await using folder = await temporaryFolder()
  {
    await using azurite = await startAzurite({ dataDir: folder.path })
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('jobs')
    await queue.create()
    await queue.sendMessage('kept')
    const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString)
    await blobs.getContainerClient('media').create()
    await blobs.getContainerClient('media').getBlockBlobClient('a').uploadData(Buffer.from('kept too'))
  }
  await using azurite = await startAzurite({ dataDir: folder.path })
  const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('jobs')
  expect((await queue.peekMessages()).peekedMessageItems).toMatchObject([{ messageText: 'kept' }])
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString)
  const blob = blobs.getContainerClient('media').getBlockBlobClient('a')
  expect((await blob.downloadToBuffer()).toString()).toBe('kept too')
})

test('one service can be left out', async () => {
  await using azurite = await startAzurite({ services: ['queue'] })
  expect(azurite.blobUrl).toBe('')
  expect(azurite.connectionString).not.toContain('BlobEndpoint')
  expect(azurite.queueUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/)
})

test('says which port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  await expect(startAzurite({ queuePort: port })).rejects.toThrow(
    `Port ${port} is taken: Azurite cannot listen on it.`,
  )
  other.close()
})

test('ends with the process that started it, even by kill -9', async () => {
  const parent = spawn(process.execPath, [fileURLToPath(new URL('./orphan.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await using _ = { [Symbol.asyncDispose]: async () => void parent.kill('SIGKILL') }
  const [line] = await once(createInterface(parent.stdout), 'line')
  const { queueUrl } = JSON.parse(line)
  expect(await isServed(queueUrl)).toBe(true)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  while (await isServed(queueUrl));
})

// Its process id proves nothing: where nobody collects orphans it stays, as a zombie.
const isServed = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  )

test('faults: rules are applied in front, and what no rule names passes as it is', async () => {
  const faults = createFaults()
  await using azurite = await startAzurite({ faults })
  const retryOptions = { maxTries: 1 }
  const queues = QueueServiceClient.fromConnectionString(azurite.connectionString, { retryOptions })
  const queue = queues.getQueueClient('jobs')
  await queue.create()
  faults.add({ operation: 'queue.post', fault: { kind: 'status', status: 503 }, count: 1 })
  await expect(queue.sendMessage('refused')).rejects.toMatchObject({ statusCode: 503 })
  faults.add({ operation: 'queue.post', fault: { kind: 'lose-answer' }, count: 1 })
  await expect(queue.sendMessage('stored, unheard')).rejects.toThrow()
  await queue.sendMessage('plain')
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 8 })
  expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual(['stored, unheard', 'plain'])
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString, { retryOptions })
  const blob = blobs.getContainerClient('media').getBlockBlobClient('a b/ü.txt')
  await blobs.getContainerClient('media').create()
  await blob.uploadData(Buffer.from('hello'))
  expect((await blob.getProperties()).contentLength).toBe(5)
  faults.add({ operation: 'blob.get', fault: { kind: 'half-answer' }, count: 1 })
  await expect(blob.downloadToBuffer()).rejects.toThrow()
  expect((await blob.downloadToBuffer()).toString()).toBe('hello')
})
