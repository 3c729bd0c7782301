// The Storage queue trigger and output on Azurite: what the official SDK sends and receives around a real host process.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue'
import { type Azurite, startAzurite } from '../../azurite/server.ts'
import { type SpawnedHost, type SpawnOptions, spawnFunctionsHost } from '../spawn.ts'
import { createQueues } from '../triggers/queue-client.ts'

const app = fileURLToPath(new URL('./apps/queues', import.meta.url))
let azurite: Azurite
let service: QueueServiceClient

beforeAll(async () => {
  azurite = await startAzurite({ services: ['queue'] })
  service = QueueServiceClient.fromConnectionString(azurite.connectionString)
})
afterAll(() => azurite.close())

interface World extends AsyncDisposable {
  host: SpawnedHost
  work: QueueClient
  send(body: unknown): Promise<unknown>
}

/** A host with a queue of its own. */
async function startWorld(options: Partial<SpawnOptions> = {}, suffix = ''): Promise<World> {
  const name = `work-${randomUUID()}${suffix}`
  const work = service.getQueueClient(name)
  const settings = {
    AzureWebJobsSTORAGE: azurite.connectionString,
    WORK_QUEUE: name,
    MORE_QUEUE: `${name}-more`,
  }
  const host = await spawnFunctionsHost({ app, log: 'info', settings, ...options })
  return {
    host,
    work,
    send: (body) => work.sendMessage(Buffer.from(JSON.stringify(body)).toString('base64')),
    [Symbol.asyncDispose]: () => host.close(),
  }
}

/** Takes the next message of a queue as soon as there is one. */
async function take(queue: QueueClient): Promise<string> {
  for (;;) {
    const { receivedMessageItems } = await queue.receiveMessages().catch((error: { statusCode?: number }) => {
      if (error.statusCode === 404) return { receivedMessageItems: [] }
      throw error
    })
    const [message] = receivedMessageItems
    if (!message) continue
    await queue.deleteMessage(message.messageId, message.popReceipt)
    return Buffer.from(message.messageText, 'base64').toString('utf8')
  }
}

async function count(queue: QueueClient): Promise<number> {
  return (await queue.getProperties()).approximateMessagesCount ?? 0
}

test('a message runs with its metadata, its return value is sent on, and it is gone', async () => {
  await using world = await startWorld()
  const sent = (await world.send({ name: 'first' })) as {
    messageId: string
    insertedOn: Date
    expiresOn: Date
  }
  const result = JSON.parse(await take(service.getQueueClient('results'))) as Record<string, unknown>
  expect(result).toMatchObject({
    entry: { name: 'first' },
    metadata: {
      queueTrigger: { name: 'first' },
      id: sent.messageId,
      dequeueCount: 1,
      insertionTime: sent.insertedOn.toISOString(),
      expirationTime: sent.expiresOn.toISOString(),
      popReceipt: expect.any(String),
      nextVisibleTime: expect.stringMatching(/^\d{4}-.*Z$/),
    },
  })
  await world.host.close()
  expect(await count(world.work)).toBe(0)
})

test('an array in an output is several messages, each encoded; the queue is made when it is missing', async () => {
  await using world = await startWorld()
  await world.send({ do: 'several' })
  const more = service.getQueueClient(`${world.work.name}-more`)
  expect([await take(more), await take(more)].sort()).toEqual(['text', '{"n":1}'])
})

test('a message that fails is tried again, then lies in the poison queue as it was', async () => {
  await using world = await startWorld()
  await world.send({ do: 'throw', name: 'badly' })
  const poison = service.getQueueClient(`${world.work.name}-poison`)
  expect(await take(poison)).toBe('{"do":"throw","name":"badly"}')
  expect(world.host.logs().match(/begin throw badly #\d/g)).toEqual([
    'begin throw badly #1',
    'begin throw badly #2',
  ])
  await world.host.close()
  expect(await count(world.work)).toBe(0)
})

test('a poison queue has none of its own: what fails there comes again after its lock, so often, and then stays', async () => {
  await using world = await startWorld({ queueLockMs: 1000 }, '-poison')
  await world.send({ do: 'throw', name: 'worse' })
  await world.host.logged('queue-passed-over')
  expect(world.host.logs().match(/begin throw worse #\d/g)).toEqual([
    'begin throw worse #1',
    'begin throw worse #2',
  ])
  await world.host.close()
  expect(await count(world.work)).toBe(1)
  expect(await service.getQueueClient(`${world.work.name}-poison`).exists()).toBe(false)
})

test('an output that fails fails the invocation, and so the message', async () => {
  await using world = await startWorld()
  await world.send({ do: 'bad-output' })
  const poison = service.getQueueClient(`${world.work.name}-poison`)
  expect(await take(poison)).toBe('{"do":"bad-output"}')
  expect(world.host.logs()).toContain('end bad-output')
})

test('a message that is not base64 goes to the poison queue without being run', async () => {
  await using world = await startWorld()
  await world.work.sendMessage('plain text!')
  const poison = service.getQueueClient(`${world.work.name}-poison`)
  for (;;) {
    const [message] = (await poison.receiveMessages().catch(() => ({ receivedMessageItems: [] })))
      .receivedMessageItems
    if (!message) continue
    expect(message.messageText).toBe('plain text!')
    break
  }
  expect(world.host.logs()).not.toContain('begin')
})

test('a long invocation keeps its message invisible beyond the lock', async () => {
  await using world = await startWorld({ queueLockMs: 1000 })
  await world.send({ do: 'slow', name: 'long' })
  await world.host.logged('end slow long')
  await world.host.close()
  expect(world.host.logs().match(/begin slow long/g)).toEqual(['begin slow long'])
  expect(await count(world.work)).toBe(0)
})

test('no more than batchSize + newBatchThreshold messages run at once', async () => {
  await using world = await startWorld()
  for (const name of ['a', 'b', 'c', 'd', 'e']) await world.send({ do: 'hold', name })
  const release = () => fetch(`${world.host.url}/admin/functions/release`, { method: 'POST', body: '{}' })
  await world.host.logged(/running [23]/)
  const ended = () => world.host.logs().match(/end hold/g)?.length ?? 0
  while (ended() < 5) await release()
  const most = world.host.logs().match(/running (\d)/g)!
  expect(['running 2', 'running 3']).toContain([...most].sort().at(-1))
})

test('a host killed before it deletes the message: another one runs it again', async () => {
  await using world = await startWorld({ queueLockMs: 1000 })
  await fetch(`${world.host.url}/_emulator/faults`, {
    method: 'POST',
    body: JSON.stringify({ operation: 'queue.work', fault: { kind: 'kill', step: 'before-delete' } }),
  })
  await world.send({ name: 'twice' })
  await world.host.logged('end report twice')
  await world.host.exited
  await using second = await spawnFunctionsHost({
    app,
    log: 'info',
    queueLockMs: 1000,
    settings: { STORAGE: azurite.connectionString, WORK_QUEUE: world.work.name, MORE_QUEUE: 'unused' },
  })
  await second.logged('begin report twice #2')
})

test('a stop waits for the running invocation and takes no new message', async () => {
  await using world = await startWorld()
  await world.send({ do: 'slow', name: 'last' })
  await world.host.logged('begin slow last')
  expect(await world.host.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(world.host.logs()).toContain('end slow last')
  expect(await count(world.work)).toBe(0)
})

test('fired by hand, the function gets the input as its message', async () => {
  await using world = await startWorld()
  await fetch(`${world.host.url}/admin/functions/work`, {
    method: 'POST',
    body: JSON.stringify({ input: '{"name":"by hand"}' }),
  })
  await world.host.logged('end report by hand')
})

test('storage that is not there yet is waited for', async () => {
  const name = `late-${randomUUID()}`
  const port = 18_390
  const connection = azurite.connectionString.replace(/:\d+\//, `:${port}/`)
  await using host = await spawnFunctionsHost({
    app,
    log: 'info',
    settings: { STORAGE: connection, WORK_QUEUE: name, MORE_QUEUE: 'unused' },
  })
  await host.logged('queue-poll')
  await using late = await startAzurite({ services: ['queue'], queuePort: port })
  const queue = QueueServiceClient.fromConnectionString(late.connectionString).getQueueClient(name)
  await queue.createIfNotExists()
  await queue.sendMessage(Buffer.from('{"name":"at last"}').toString('base64'))
  await host.logged('end report at last')
})

test('a missing connection is said at the start, with the names of function and setting', async () => {
  await expect(spawnFunctionsHost({ app, settings: { WORK_QUEUE: 'w', MORE_QUEUE: 'm' } })).rejects.toThrow(
    'Function "work" cannot start: The app setting "STORAGE" (or "AzureWebJobsSTORAGE") with a connection string is missing.',
  )
})

test('the poller of a queue is told when this process sends to it or shows a message again', async () => {
  const queues = createQueues({
    ...{ batchSize: 1, newBatchThreshold: 0, maxDequeueCount: 1, messageEncoding: 'base64' },
    ...{ maxPollingInterval: 3_600_000, visibilityTimeout: 0 },
  })
  const client = await queues.client(azurite.connectionString, `told-${randomUUID()}`)
  const other = await queues.client(azurite.connectionString, `other-${randomUUID()}`)
  const told = Promise.withResolvers<void>()
  const again = Promise.withResolvers<void>()
  let calls = 0
  const unwatch = queues.onMessage(client, () => (calls++ === 0 ? told : again).resolve())
  await queues.sendText(other, 'not for this queue')
  expect(calls).toBe(0)
  await queues.send(client, 'work')
  await told.promise
  expect((await client.peekMessages()).peekedMessageItems[0]?.messageText).toBe('d29yaw==')
  queues.expect(client, 10)
  await again.promise
  unwatch()
  await queues.sendText(client, 'nobody listens')
  expect(calls).toBe(2)
})
