import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

interface Shown {
  seq: number
  readAt?: string
}

async function directChat(): Promise<{ ada: Person; bob: Person; path: string }> {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  return { ada, bob, path: `chats/${body.chatId}` }
}

const say = async (who: Person, path: string, id: string): Promise<{ seq: number; createdAt: string }> =>
  (
    await who.call('POST', `${path}/messages`, {
      clientMessageId: id,
      content: { type: 'text', text: id },
    })
  ).body

const read = async (who: Person, path: string, seq: number, host = 0): Promise<string> =>
  (await who.call('POST', `${path}/read`, { seq }, host)).body.read.at

/** `readAt` by seq, as far as there is one. */
async function times(who: Person, path: string, query = ''): Promise<Record<number, string>> {
  const { messages } = (await who.call('GET', `${path}/messages${query}`)).body as { messages: Shown[] }
  return Object.fromEntries(messages.flatMap(({ seq, readAt }) => (readAt ? [[seq, readAt]] : [])))
}

test('each message says when the other side first had read it, page by page', async () => {
  const { ada, bob, path } = await directChat()
  for (const id of ['4', '5', '6', '7', '8']) await say(ada, path, id)
  const first = await read(bob, path, 5)
  await read(bob, path, 4)
  const second = await read(bob, path, 7)
  const expected = { 4: first, 5: first, 6: second, 7: second }
  expect(await times(ada, path)).toEqual(expected)
  expect(await times(bob, path)).toEqual(expected)
  expect(await times(ada, path, '?after=4&limit=2')).toEqual({ 5: first, 6: second })
  expect(await times(ada, path, '?before=6&limit=1')).toEqual({ 5: first })
  const one = await ada.call('GET', `${path}/messages/6`)
  expect(one.body.readAt).toBe(second)
  expect((await ada.call('GET', `${path}/messages/8`)).body.readAt).toBeUndefined()
  const later = await read(bob, path, 8)
  expect(await times(ada, path)).toEqual({ ...expected, 8: later })
})

test('delivery is not reading; an answer is', async () => {
  const { ada, bob, path } = await directChat()
  for (const id of ['4', '5']) await say(ada, path, id)
  await bob.call('POST', `${path}/delivered`, { seq: 5 })
  expect(await times(ada, path)).toEqual({})
  const first = await read(bob, path, 4)
  const answer = await say(bob, path, '6')
  expect(await times(ada, path)).toEqual({ 4: first, 5: answer.createdAt })
  expect(await times(ada, path, '?before=6')).toEqual({ 4: first, 5: answer.createdAt })
  await read(bob, path, 6)
  expect(await times(ada, path)).toEqual({ 4: first, 5: answer.createdAt })
})

test('several devices at once: one time per message, the marks only go forward', async () => {
  const { ada, bob, path } = await directChat()
  const seqs: number[] = []
  for (let id = 4; id <= 15; id++) seqs.push((await say(ada, path, `${id}`)).seq)
  const answers = await Promise.all(seqs.map((seq, i) => bob.call('POST', `${path}/read`, { seq }, i % 2)))
  const said = new Set(answers.map(({ body }) => body.read.at))
  const found = await times(ada, path)
  expect(Object.keys(found).map(Number)).toEqual(seqs)
  expect(Object.values(found).filter((time) => !said.has(time))).toEqual([])
  expect(await times(ada, path)).toEqual(found)
  const { receipts } = (await ada.call('GET', `${path}/receipts`)).body
  const own = receipts.find((receipt: { userId: string }) => receipt.userId === bob.userId)
  expect([own.read.seq, own.delivered.seq]).toEqual([15, 15])
})

test('groups do not tell', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [bob.userId] })
  const path = `chats/${body.chatId}`
  await say(ada, path, '4')
  await read(bob, path, 4)
  expect(await times(ada, path)).toEqual({})
})

test('a snapshot of sync carries it', async () => {
  const { ada, bob, path } = await directChat()
  const content = { type: 'text', text: 'x' }
  const many = Array.from({ length: 510 }, (_, i) =>
    ada.call('POST', `${path}/messages`, { clientMessageId: `m${i}`, content }),
  )
  await Promise.all(many)
  const at = await read(bob, path, 512)
  await using socket = await ada.socket()
  const { result } = (await socket.command('sync')) as unknown as {
    result: { chats: { snapshot: Shown[] }[] }
  }
  const { snapshot } = result.chats[0]!
  expect(snapshot.map(({ readAt }) => readAt)).toEqual([...Array.from({ length: 49 }, () => at), undefined])
})
