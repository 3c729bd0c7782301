import { CosmosClient } from '@azure/cosmos'
import type { Person } from '../support/person.ts'
import { serveSockets, startWorld, type World } from '../support/world.ts'

// Clearing everybody's history, when its process dies between the steps, the head cannot be written, or a worker dies.
let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 3, settings: { REPAIR_AFTER_MS: '400' } })
  serveSockets(world, 0)
}, 60_000)
afterEach(() => {
  world.cosmos.faults.clear()
  world.webPubSub.faults.clear()
})
afterAll(() => world[Symbol.asyncDispose]())

const MESSAGES = 200

/** Ada's group with Bob, and her 200 messages from 4 on. */
async function group() {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [bob.userId] })
  const path = `chats/${body.chatId}`
  const say = (i: number) =>
    ada.call('POST', `${path}/messages`, {
      clientMessageId: `m${i}`,
      content: { type: 'text', text: `secret ${i}` },
    })
  await say(0)
  await Promise.all(Array.from({ length: MESSAGES - 1 }, (_, i) => say(i + 1)))
  return { ada, bob, chatId: body.chatId as string, path }
}

const clear = (ada: Person, path: string, host = 0) =>
  ada.call('DELETE', `${path}/messages?for=everyone&through=203`, undefined, host)
const messagesOf = async (person: Person, path: string) =>
  (await person.call('GET', `${path}/messages`)).body.messages
const clearsOf = async (person: Person, path: string) => {
  const { body } = await person.call('GET', `${path}/log?after=203`)
  return body.entries.filter(({ type }: { type: string }) => type === 'clear')
}

async function textsLeft(chatId: string): Promise<number> {
  const client = new CosmosClient(world.cosmos.connectionString)
  const query = "SELECT VALUE COUNT(1) FROM c WHERE IS_DEFINED(c.content) OR STARTSWITH(c.id, 'job:')"
  const { resources } = await client
    .database('parley')
    .container('chats')
    .items.query<number>(query, { partitionKey: chatId })
    .fetchAll()
  client.dispose()
  return resources[0]!
}

test('killed between the commit and the head: the feed hides it, tells, and the texts go', async () => {
  const { ada, bob, chatId, path } = await group()
  await using socket = await bob.socket()
  // Neither publishing nor the head gets through; the feed's own tries fail as well, for a moment.
  world.webPubSub.faults.add({ operation: 'group.send', fault: { kind: 'drop' } })
  world.cosmos.faults.add({ operation: 'items.patch', fault: { kind: 'drop' } })
  const unanswered = clear(ada, path, 2).catch(() => undefined)
  while ((await clearsOf(ada, path)).length === 0);
  await world.hosts[2]!.kill('SIGKILL')
  await unanswered
  world.cosmos.faults.clear()
  world.webPubSub.faults.clear()
  while ((await messagesOf(bob, path)).length > 0);
  await socket.wait((frame) => frame.type === 'entries' && JSON.stringify(frame).includes('"clear"'))
  while ((await textsLeft(chatId)) > 0);
  expect(await clear(ada, path)).toMatchObject({ status: 200, body: { clearedSeq: 203 } })
  expect(await clearsOf(bob, path)).toMatchObject([{ seq: 204, n: 200, through: 203 }])
}, 60_000)

test('the head cannot be written: not acknowledged before it is; the same request again ends it, with one entry', async () => {
  const { ada, bob, path } = await group()
  world.cosmos.faults.add({ operation: 'items.patch', fault: { kind: 'status', status: 503 } })
  expect(await clear(ada, path)).toMatchObject({ status: 503, body: { retry: 'same-id' } })
  world.cosmos.faults.clear()
  expect(await clear(ada, path)).toMatchObject({ status: 200 })
  expect(await messagesOf(bob, path)).toEqual([])
  expect(await clearsOf(ada, path)).toHaveLength(1)
}, 60_000)

test('the answer to the commit is lost: one entry, and nothing is left to read', async () => {
  const { ada, bob, path } = await group()
  world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'lose-answer' }, count: 1 })
  expect(await clear(ada, path)).toMatchObject({ status: 200, body: { clearedSeq: 203 } })
  expect(await messagesOf(bob, path)).toEqual([])
  expect(await clearsOf(ada, path)).toHaveLength(1)
}, 60_000)

test('erasing goes on where it stopped, whatever fails of it on the way', async () => {
  const { ada, chatId, path } = await group()
  world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'lose-answer' }, skip: 1, count: 2 })
  world.cosmos.faults.add({
    operation: 'items.batch',
    fault: { kind: 'status', status: 429 },
    skip: 1,
    count: 2,
  })
  await clear(ada, path)
  while ((await textsLeft(chatId)) > 0);
  expect(await messagesOf(ada, path)).toEqual([])
}, 60_000)
