import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const say = (id: string, mentions?: string[]) => ({
  clientMessageId: id,
  content: { type: 'text', text: id },
  ...(mentions && { mentions }),
})

async function group(): Promise<{ ada: Person; bob: Person; cy: Person; path: string }> {
  const names = ['ada', 'bob', 'cy']
  const [ada, bob, cy] = (await Promise.all(names.map((name) => world.register(name)))) as [
    Person,
    Person,
    Person,
  ]
  const members = [bob.userId, cy.userId]
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members })
  return { ada, bob, cy, path: `chats/${body.chatId}` }
}

const countsOf = async (person: Person, path: string) => {
  const { unread, unreadMentions } = (await person.call('GET', path)).body
  return [unread, unreadMentions]
}

/** The feed may be at an older change of the same message just then; it comes to the newest in the end. */
async function untilCounted(
  person: Person,
  path: string,
  [unread, mentions]: [number, number],
): Promise<void> {
  for (;;) {
    const counts = await countsOf(person, path)
    if (counts[0] === unread && counts[1] === mentions) return
  }
}

test('those named count it from the answer on, until they have read that far', async () => {
  const { ada, bob, cy, path } = await group()
  const stranger = await world.register('stranger')
  const named = [bob.userId, stranger.userId, ada.userId, bob.userId]
  const { body: entry } = await ada.call('POST', `${path}/messages`, say('m1', named))
  expect(entry.mentions).toEqual([bob.userId, ada.userId])
  expect(await countsOf(bob, path)).toEqual([1, 1])
  expect(await countsOf(cy, path)).toEqual([1, 0])
  expect(await countsOf(ada, path)).toEqual([0, 0])
  await cy.call('POST', `${path}/messages`, say('m2'))
  await cy.call('POST', `${path}/messages`, say('m3', [bob.userId]))
  expect(await countsOf(bob, path)).toEqual([3, 2])
  await bob.call('POST', `${path}/read`, { seq: entry.seq })
  expect(await countsOf(bob, path)).toEqual([2, 1])
  expect((await bob.call('GET', 'chats')).body.chats[0]).toMatchObject({ unread: 2, unreadMentions: 1 })
  await bob.call('POST', `${path}/messages`, say('m4'))
  expect(await countsOf(bob, path)).toEqual([0, 0])
})

test('a repeated send counts once; nobody named leaves no mentions', async () => {
  const { ada, bob, path } = await group()
  const sends = await Promise.all(
    [1, 2, 3].map(() => ada.call('POST', `${path}/messages`, say('once', [bob.userId]))),
  )
  expect(new Set(sends.map(({ body }) => body.seq)).size).toBe(1)
  expect(await countsOf(bob, path)).toEqual([1, 1])
  const { body: none } = await ada.call('POST', `${path}/messages`, say('none', ['nobody']))
  expect(none).not.toHaveProperty('mentions')
})

test('an edit names others; a deletion names nobody any more', async () => {
  const { ada, bob, cy, path } = await group()
  const { body: first } = await ada.call('POST', `${path}/messages`, say('m1', [bob.userId]))
  const edit = (id: string, mentions?: string[]) =>
    ada.call('PATCH', `${path}/messages/${first.seq}`, say(id, mentions))
  await edit('e1')
  expect(await countsOf(bob, path)).toEqual([1, 1])
  await edit('e2', [cy.userId])
  await untilCounted(bob, path, [1, 0])
  await untilCounted(cy, path, [1, 1])
  expect((await bob.call('GET', `${path}/messages/${first.seq}`)).body.mentions).toEqual([cy.userId])
  await ada.call('DELETE', `${path}/messages/${first.seq}`)
  await untilCounted(cy, path, [1, 0])
  const { body: log } = await cy.call('GET', `${path}/log`)
  expect(JSON.stringify(log)).not.toContain('dropped')
})

test('being added again counts nothing from before', async () => {
  const { ada, bob, path } = await group()
  await ada.call('POST', `${path}/messages`, say('m1', [bob.userId]))
  await ada.call('PUT', `${path}/members/${bob.userId}`, { role: 'admin' })
  expect(await countsOf(bob, path)).toEqual([1, 1])
  await ada.call('DELETE', `${path}/members/${bob.userId}`)
  await ada.call('PUT', `${path}/members/${bob.userId}`, { role: 'member' })
  expect(await countsOf(bob, path)).toEqual([0, 0])
})

test('a deleted reply of a bot leaves no text in its run, and nobody edits what a bot said', async () => {
  world.ai.script({ reply: 'The password is swordfish.' })
  const ada = await world.register('ada')
  await using socket = await ada.socket()
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'bot' })
  const path = `chats/${chat.chatId}`
  await ada.call('POST', `${path}/messages`, say('prompt'))
  const ended = await socket.wait(({ type }) => type === 'run.ended')
  const run = `${path}/runs/${ended.runId}`
  expect((await ada.call('GET', run)).body.text).toBe('The password is swordfish.')
  const seq = Number(ended.replySeq)
  expect((await ada.call('PATCH', `${path}/messages/${seq}`, say('e1'))).body.code).toBe('forbidden')
  expect((await ada.call('DELETE', `${path}/messages/${seq}`)).status).toBe(200)
  expect((await ada.call('GET', run)).body).toMatchObject({ state: 'done', text: '', index: 0 })
})
