import type { Person } from '../support/person.ts'
import { type Socket, seenEntries } from '../support/socket.ts'
import { serveSockets, startWorld, type World } from '../support/world.ts'

// What an edit or a deletion leads to, when its process dies between the steps or an answer is lost.
let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 3, settings: { REPAIR_AFTER_MS: '400' } })
  serveSockets(world, 0)
}, 60_000)
afterEach(() => world.cosmos.faults.clear())
afterAll(() => world[Symbol.asyncDispose]())

const text = (value: string) => ({ type: 'text', text: value })

async function conversation(): Promise<{
  ada: Person
  bob: Person
  chatId: string
  path: string
  socket: Socket
}> {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [bob.userId] })
  const path = `chats/${body.chatId}`
  const secret = { clientMessageId: 'm1', content: text('my secret'), mentions: [bob.userId] }
  expect((await ada.call('POST', `${path}/messages`, secret)).body.seq).toBe(4)
  const socket = await bob.socket()
  return { ada, bob, chatId: body.chatId, path, socket }
}

let killed = 0

const headOf = async (person: Person) => (await person.call('GET', 'chats')).body.chats[0]

/** Asks a host that cannot publish, and kills it when the log has grown to `seq`. The first host lives on. */
async function commitAndDie(
  ada: Person,
  path: string,
  seq: number,
  work: (host: number) => Promise<unknown>,
) {
  const host = world.apis.length - ++killed
  world.webPubSub.faults.add({ operation: 'group.send', fault: { kind: 'drop' } })
  const unanswered = work(host).catch(() => undefined)
  const tail = async () => (await ada.call('GET', `${path}/log`)).body.entries.at(-1).seq
  while ((await tail()) < seq);
  await world.hosts[host]!.kill('SIGKILL')
  await unanswered
  world.webPubSub.faults.clear()
}

test('a slow process does not put into the preview what another has deleted since', async () => {
  const { ada, bob, path } = await conversation()
  await bob.call('POST', `${path}/messages`, { clientMessageId: 'm2', content: text('first words') })
  while ((await headOf(bob)).head.seq < 5);
  world.cosmos.faults.add({ operation: 'items.patch', fault: { kind: 'delay', ms: 600 }, count: 1 })
  const edit = { clientMessageId: 'e1', content: text('other words') }
  expect((await bob.call('PATCH', `${path}/messages/5`, edit, 0)).status).toBe(200)
  expect((await bob.call('DELETE', `${path}/messages/5`, undefined, 1)).status).toBe(200)
  // What the slow process publishes next moves the head behind what it was held up with.
  await ada.call('PUT', `${path}/messages/4/reactions/👍`, undefined, 0)
  while ((await headOf(bob)).head.seq < 8);
  expect((await headOf(bob)).head).toMatchObject({ seq: 8, preview: '' })
})

test('killed after the deletion, before anybody heard: the feed tells, and the preview and the mention go', async () => {
  const { ada, bob, chatId, path, socket } = await conversation()
  expect(await headOf(bob)).toMatchObject({ unreadMentions: 1, head: { preview: 'my secret' } })
  await commitAndDie(ada, path, 5, (host) => ada.call('DELETE', `${path}/messages/4`, undefined, host))
  await socket.wait(() => seenEntries(socket, chatId).length === 1)
  expect(seenEntries(socket, chatId)[0]).toMatchObject({ seq: 5, type: 'delete', target: 4 })
  while ((await headOf(bob)).unreadMentions > 0 || (await headOf(bob)).head.seq < 5);
  expect(await headOf(bob)).toMatchObject({ unread: 1, head: { seq: 5, n: 1, preview: '' } })
  const again = await ada.call('DELETE', `${path}/messages/4`)
  expect(again).toMatchObject({ status: 200, body: { seq: 5 } })
})

test('killed after two edits: they are out before what follows, and the preview is that of the last', async () => {
  const { ada, bob, chatId, path, socket } = await conversation()
  await commitAndDie(ada, path, 6, async (host) => {
    for (const clientMessageId of ['e1', 'e2']) {
      const content = text(`secret ${clientMessageId}`)
      await ada.call('PATCH', `${path}/messages/4`, { clientMessageId, content }, host)
    }
  })
  const react = await bob.call('PUT', `${path}/messages/4/reactions/👍`)
  expect(react).toMatchObject({ status: 200, body: { seq: 7 } })
  await socket.wait(() => seenEntries(socket, chatId).length === 3)
  expect(seenEntries(socket, chatId)).toMatchObject([
    // Repaired before the second edit or after it, this one shows what stood then.
    { seq: 5, type: 'edit', revision: 1 },
    { seq: 6, type: 'edit', revision: 2, content: text('secret e2') },
    { seq: 7, type: 'reaction' },
  ])
  while ((await headOf(bob)).head.seq < 7);
  expect(await headOf(bob)).toMatchObject({ unreadMentions: 1, head: { preview: 'secret e2' } })
})

test('a head that was not moved by a deletion is mended by the feed', async () => {
  const { ada, bob, path } = await conversation()
  world.cosmos.faults.add({ operation: 'items.patch', fault: { kind: 'status', status: 503 }, count: 3 })
  expect((await ada.call('DELETE', `${path}/messages/4`)).status).toBe(200)
  while ((await headOf(bob)).head.preview !== '' || (await headOf(bob)).head.seq < 5);
  expect(await headOf(bob)).toMatchObject({ head: { seq: 5, preview: '' } })
})

test('commits whose answers are lost: each edit, deletion and reaction is there once', async () => {
  const { ada, path } = await conversation()
  const lose = () =>
    world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'lose-answer' }, count: 1 })
  lose()
  const edited = await ada.call('PATCH', `${path}/messages/4`, { clientMessageId: 'e1', content: text('x') })
  expect(edited).toMatchObject({ status: 200, body: { seq: 5, revision: 1, content: text('x') } })
  lose()
  const reacted = await ada.call('PUT', `${path}/messages/4/reactions/👍`)
  expect(reacted).toMatchObject({ status: 200, body: { seq: 6, on: true } })
  lose()
  const deleted = await ada.call('DELETE', `${path}/messages/4`)
  expect(deleted).toMatchObject({ status: 200, body: { seq: 7 } })
  const { body } = await ada.call('GET', `${path}/log?after=3`)
  expect(body.entries.map(({ type }: { type: string }) => type)).toEqual([
    'message',
    'edit',
    'reaction',
    'delete',
  ])
})
