// `node emulators/azurite/bench.ts`: queues and blobs per second through the SDKs, and in Azurite's own stores alone.
import { createRequire } from 'node:module'
import { BlobServiceClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import { rate } from '../kit/bench.ts'
import { startAzurite } from './server.ts'

{
  await using azurite = await startAzurite()
  const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('bench')
  await queue.create()
  await rate('Azurite, SDK: queue send, receive, delete', 8, async () => {
    await queue.sendMessage('a message')
    const { receivedMessageItems } = await queue.receiveMessages()
    for (const { messageId, popReceipt } of receivedMessageItems) {
      await queue.deleteMessage(messageId, popReceipt).catch(() => {})
    }
  })
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('bench')
  await blobs.create()
  const bytes = Buffer.alloc(1024, 'x')
  await rate('Azurite, SDK: blob of 1 KB uploaded', 8, (i) =>
    blobs.getBlockBlobClient(`b${i % 100}`).uploadData(bytes),
  )
  await rate('Azurite, SDK: blob of 1 KB read', 8, (i) =>
    blobs.getBlockBlobClient(`b${i % 100}`).downloadToBuffer(),
  )
}

interface QueueStore {
  init(): Promise<void>
  createQueue(queue: object): Promise<unknown>
  insertMessage(message: object): Promise<unknown>
  getMessages(
    account: string,
    queue: string,
    timeNextVisible: Date,
    popReceipt: string,
    messages: number,
    now: Date,
  ): Promise<{ messageId: string; popReceipt: string }[]>
  deleteMessage(account: string, queue: string, id: string, popReceipt: string): Promise<unknown>
}
// Azurite's handlers need a request; its store of messages is as far in as one can go without.
const { default: Store } = createRequire(import.meta.url)(
  'azurite/dist/src/queue/persistence/LokiQueueMetadataStore.js',
) as { default: new (file: string, inMemory: boolean) => QueueStore }
const store = new Store('', true)
await store.init()
const where = { accountName: 'a', queueName: 'bench' }
await store.createQueue({ accountName: 'a', name: 'bench' })
await rate('Azurite, core: queue send, receive, delete', 1, async (i) => {
  const now = new Date()
  const message = {
    ...where,
    messageId: `m${i}`,
    popReceipt: 'p',
    timeNextVisible: new Date(0),
    insertionTime: now,
    expirationTime: new Date(now.getTime() + 60_000),
    dequeueCount: 0,
    persistency: { id: '', offset: 0, count: 9 },
  }
  await store.insertMessage(message)
  const [got] = await store.getMessages('a', 'bench', now, 'p', 1, now)
  await store.deleteMessage('a', 'bench', got!.messageId, got!.popReceipt)
})
process.exit(0)
