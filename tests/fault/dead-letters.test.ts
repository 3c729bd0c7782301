// A repair that cannot be done: tried at leisure after the queue has given it up, and a dead letter when that fails too,
// which an operator sends again.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { QueueServiceClient } from '@azure/storage-queue'
import type { Person } from '../support/person.ts'
import type { Socket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let queues: QueueServiceClient
let ada: Person
let chatId: string
let socket: Socket
beforeAll(async () => {
  // The ten minutes that a queue hides what failed are one second.
  world = await startWorld({
    queueLockMs: 1_000,
    settings: {
      REPAIR_AFTER_MS: '100',
      AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:00',
    },
  })
  queues = QueueServiceClient.fromConnectionString(world.azurite.connectionString)
  await queues.getQueueClient('dead-letters').createIfNotExists()
  ada = await world.register('ada')
  const bob = await world.register('bob')
  chatId = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body.chatId
  socket = await bob.socket()
}, 60_000)
afterEach(() => world.webPubSub.faults.clear())
afterAll(async () => {
  await socket[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const goAway = () =>
  world.webPubSub.faults.add({ operation: 'group.send', fault: { kind: 'status', status: 503 } })

const say = async (text: string): Promise<number> => {
  const content = { type: 'text', text }
  return (await ada.call('POST', `chats/${chatId}/messages`, { clientMessageId: text, content })).body.seq
}
const heard = (text: string) =>
  socket.wait((frame) => frame.type === 'entries' && JSON.stringify(frame).includes(`"${text}"`))

const script = async (...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'infra/replay.ts',
    world.azurite.connectionString,
    ...args,
  ])
  return stdout
}

const letters = async () => {
  const { peekedMessageItems } = await queues.getQueueClient('dead-letters').peekMessages()
  return peekedMessageItems.map(({ messageText }) =>
    JSON.parse(Buffer.from(messageText, 'base64').toString()),
  )
}

test('an outage longer than the queue’s patience: what it gave up is mended when the service is back', async () => {
  goAway()
  await say('one')
  await world.hosts[0]!.logged('job.failed')
  world.webPubSub.faults.clear()
  await heard('one')
  expect(await letters()).toEqual([])
}, 60_000)

test('one that does not end: a dead letter says which chat, what and why, and is sent again by a command', async () => {
  goAway()
  const seq = await say('two')
  await world.hosts[0]!.logged('job.dead')
  const letter = {
    queue: 'repairs',
    job: { chatId, from: seq, through: seq },
    cause: expect.stringContaining('ChatError'),
    at: expect.stringMatching(/^\d{4}-.*Z$/),
  }
  while ((await letters()).length === 0);
  expect(await letters()).toEqual([letter])
  world.webPubSub.faults.clear()
  expect(await script('--list')).toContain('1 dead letters lie there.')
  expect(await script()).toContain('1 dead letters sent again.')
  await heard('two')
  expect(await letters()).toEqual([])
}, 120_000)

test('what is no job at all is a dead letter at once', async () => {
  const content = Buffer.from('{"chat":"c1"}').toString('base64')
  const poison = queues.getQueueClient('repairs-poison')
  await poison.createIfNotExists()
  await poison.sendMessage(content)
  while ((await letters()).length === 0);
  expect(await letters()).toMatchObject([
    { queue: 'repairs', job: { chat: 'c1' }, cause: expect.stringContaining('chatId') },
  ])
})
