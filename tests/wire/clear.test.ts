import { CosmosClient } from '@azure/cosmos'
import type { Answer, Person } from '../support/person.ts'
import type { Frame } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

// History cleared for oneself and for everybody, as members see it on their devices, in lists and in what is stored.
let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const say = (id: string, more: object = {}) => ({
  clientMessageId: id,
  content: { type: 'text', text: id },
  ...more,
})

/** Ada's group with Bob, and in it `one` at 4 and `two` at 5. */
async function group() {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [bob.userId] })
  const path = `chats/${body.chatId}`
  for (const id of ['one', 'two']) await ada.call('POST', `${path}/messages`, say(id))
  return { ada, bob, chatId: body.chatId as string, path }
}

const codeOf = async (answer: Promise<Answer>) => {
  const { status, body } = await answer
  return [status, body.code]
}

const seqs = async (person: Person, path: string) =>
  (await person.call('GET', `${path}/messages`)).body.messages.map(({ seq }: { seq: number }) => seq)

const chatOf = async (person: Person, chatId: string) => (await person.call('GET', `chats/${chatId}`)).body

test('for oneself: gone on all of one’s devices, and for nobody else', async () => {
  const { ada, bob, chatId, path } = await group()
  await using socket = await bob.socket()
  const before = (await socket.command('sync', {})) as unknown as { result: { since: string } }
  const { status, body } = await bob.call('DELETE', `${path}/messages`)
  expect([status, body]).toMatchObject([
    200,
    { chatId, unread: 0, clearedSeq: 5, head: { seq: 5, n: 2, preview: '' } },
  ])
  const told = await socket.wait(({ type }) => type === 'chat.updated')
  expect(told).toMatchObject({ chat: { chatId, clearedSeq: 5 } })
  expect(await seqs(bob, path)).toEqual([])
  expect(await codeOf(bob.call('GET', `${path}/messages/4`))).toEqual([404, 'not-found'])
  expect((await bob.call('GET', `${path}/log`)).body.entries).toEqual([])
  // A device that was away holds all five entries, and learns that it must not.
  const after = await socket.command('sync', { since: before.result.since, chats: { [chatId]: 5 } })
  expect(after).toMatchObject({ result: { chats: [{ chat: { chatId, clearedSeq: 5 }, entries: [] }] } })

  expect((await bob.call('POST', `${path}/read`, { seq: 5 })).body).toMatchObject({ read: { seq: 5 } })

  expect(await seqs(ada, path)).toEqual([4, 5])
  expect(await chatOf(ada, chatId)).not.toHaveProperty('clearedSeq')
  await ada.call('POST', `${path}/messages`, say('three'))
  expect(await seqs(bob, path)).toEqual([6])
  expect(await chatOf(bob, chatId)).toMatchObject({ unread: 1, clearedSeq: 5, head: { preview: 'three' } })
})

test('up to a message: a repeat clears no more, and nothing comes back', async () => {
  const { bob, path } = await group()
  const clear = (query: string) => bob.call('DELETE', `${path}/messages?${query}`)
  expect((await clear('through=4')).body).toMatchObject({ clearedSeq: 4, unread: 1 })
  expect(await seqs(bob, path)).toEqual([5])
  await clear('for=me&through=2')
  await clear('through=4')
  expect(await seqs(bob, path)).toEqual([5])
  expect(await codeOf(clear('through=99'))).toEqual([400, 'invalid-request'])
})

test('for everybody: an entry that all see, and nothing left to read, also of what is stored', async () => {
  const { ada, bob, chatId, path } = await group()
  const cy = await world.register('cy')
  await ada.call('PUT', `${path}/members/${cy.userId}`, { role: 'admin' })
  await bob.call('PUT', `${path}/messages/4/reactions/👍`)
  await ada.call('POST', `${path}/messages`, say('third', { mentions: [bob.userId] }))
  await using socket = await bob.socket()
  const { status, body } = await cy.call('DELETE', `${path}/messages?for=everyone`, undefined, 1)
  expect([status, body]).toMatchObject([
    200,
    { chatId, clearedSeq: 8, unread: 0, head: { n: 3, preview: '' } },
  ])
  const isClear = (frame: Frame) => frame.type === 'entries' && JSON.stringify(frame).includes('"clear"')
  expect(await socket.wait(isClear)).toMatchObject({
    entries: [{ chatId, seq: 9, n: 3, type: 'clear', senderId: cy.userId, through: 8 }],
  })
  for (const person of [ada, bob, cy]) {
    expect(await seqs(person, path)).toEqual([])
    const { body: log } = await person.call('GET', `${path}/log`)
    expect(log.entries).toMatchObject([{ seq: 9, type: 'clear', through: 8 }])
    expect(await chatOf(person, chatId)).toMatchObject({ unread: 0, unreadMentions: 0, clearedSeq: 8 })
  }
  expect(await codeOf(ada.call('PATCH', `${path}/messages/4`, say('e1')))).toEqual([404, 'not-found'])
  // Sent again, the first message is still the first: its id stays used.
  expect((await ada.call('POST', `${path}/messages`, say('one'))).body).toMatchObject({ seq: 4 })
  while ((await stored(chatId)).jobs > 0);
  expect((await stored(chatId)).texts).toEqual([])
  // Nothing was said since: nothing is written.
  await ada.call('DELETE', `${path}/messages?for=everyone`)
  const { body: log } = await ada.call('GET', `${path}/log`)
  expect(log.entries).toHaveLength(1)
})

/** What is left of a chat in the store. */
async function stored(chatId: string) {
  const client = new CosmosClient(world.cosmos.connectionString)
  const read = (container: string) =>
    client
      .database('parley')
      .container(container)
      .items.query('SELECT * FROM c', { partitionKey: chatId })
      .fetchAll()
  const [{ resources }, { resources: state }] = await Promise.all([read('chats'), read('state')])
  client.dispose()
  return {
    texts: resources.filter(({ content, mentions, reactions }) => content ?? mentions ?? reactions),
    jobs: resources.filter(({ id }) => id.startsWith('job:')).length,
    runs: state.filter(({ id }) => id.startsWith('run:')).map(({ text }) => text),
    preview: state.find(({ id }) => id === 'head').last.preview,
  }
}

test('several at once, through two hosts: each entry goes further than the last, and the furthest holds', async () => {
  const { ada, bob, path } = await group()
  await ada.call('PUT', `${path}/members/${bob.userId}`, { role: 'admin' })
  for (const id of ['three', 'four', 'five']) await bob.call('POST', `${path}/messages`, say(id))
  const clear = (person: Person, through: number, host: number) =>
    person.call('DELETE', `${path}/messages?for=everyone&through=${through}`, undefined, host)
  const answers = await Promise.all([
    ...[4, 5, 7, 8].map((through) => clear(ada, through, 0)),
    ...[5, 4, 8, 7].map((through) => clear(bob, through, 1)),
  ])
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
  expect(await seqs(ada, path)).toEqual([9])
  const { body } = await ada.call('GET', `${path}/log?after=9`)
  const through = body.entries.map((entry: { through: number }) => entry.through)
  expect(through).toEqual([...new Set(through)].sort((a, b) => Number(a) - Number(b)))
  expect(through.at(-1)).toBe(8)
})

test('for everybody: a page from the beginning on shows what was said since', async () => {
  const { ada, bob, path } = await group()
  await ada.call('DELETE', `${path}/messages?for=everyone`)
  await ada.call('POST', `${path}/messages`, say('three'))
  const { body } = await bob.call('GET', `${path}/messages?after=0&limit=1`)
  expect(body).toMatchObject({ messages: [{ seq: 7, content: { text: 'three' } }], more: false })
})

test('who may clear for everybody', async () => {
  const { ada, bob, path } = await group()
  const everyone = 'messages?for=everyone'
  expect(await codeOf(bob.call('DELETE', `${path}/${everyone}`))).toEqual([403, 'forbidden'])
  const direct = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body.chatId
  await ada.call('POST', `chats/${direct}/messages`, say('hello'))
  expect(await codeOf(ada.call('DELETE', `chats/${direct}/${everyone}`))).toEqual([403, 'forbidden'])
  const stranger = await world.register('eve')
  expect(await codeOf(stranger.call('DELETE', `${path}/${everyone}`))).toEqual([404, 'chat-not-found'])
  expect(await codeOf(stranger.call('DELETE', `${path}/messages`))).toEqual([404, 'chat-not-found'])
  expect(await codeOf(ada.call('DELETE', `${path}/messages?for=nobody`))).toEqual([400, 'invalid-request'])
  await using socket = await ada.socket()
  const reply = await socket.command('messages.clear', { chatId: direct, for: 'me' })
  expect(reply).toMatchObject({ ok: true, result: { chatId: direct, clearedSeq: 4 } })
  expect(await seqs(bob, `chats/${direct}`)).toEqual([4])
})

test('a bot forgets what its person cleared', async () => {
  const ada = await world.register('ada')
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'bot' })).body
  await using socket = await ada.socket()
  const replies = () => socket.received.filter(({ type }) => type === 'run.ended').length
  const ask = async (id: string, count: number) => {
    await ada.call('POST', `chats/${chatId}/messages`, say(id))
    await socket.wait(() => replies() === count)
  }
  await ask('my secret', 1)
  await ada.call('DELETE', `chats/${chatId}/messages?for=everyone`)
  // Its own words go as well, from the log and from the run that wrote them.
  while ((await stored(chatId)).jobs > 0);
  expect(await stored(chatId)).toEqual({ texts: [], jobs: 0, runs: [''], preview: '' })
  await ask('what did I say?', 2)
  expect(world.ai.stats().last?.turns).toMatchObject([{ role: 'user', text: 'what did I say?' }])
})
