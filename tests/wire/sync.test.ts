import { say } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

type Result = {
  chats: { chat: { chatId: string }; entries?: { seq: number }[]; snapshot?: unknown[]; more: boolean }[]
}

test('sync brings what was missed, once, and nothing of chats in which nothing happened', async () => {
  const [ada, bob, cy] = await Promise.all([
    world.register('ada'),
    world.register('bob'),
    world.register('cy'),
  ])
  const { body: busy } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  const { body: quiet } = await bob.call('POST', 'chats', { kind: 'direct', userId: cy.userId })
  for (const id of ['1', '2', '3']) await ada.call('POST', `chats/${busy.chatId}/messages`, say(id))
  await using socket = await bob.socket()
  const { result } = (await socket.command('sync', { chats: { [busy.chatId]: 4, [quiet.chatId]: 3 } })) as {
    result?: Result
  }
  expect(result).toMatchObject({ removed: [], more: false })
  expect(result!.chats).toHaveLength(1)
  expect(result!.chats[0]).toMatchObject({ chat: { chatId: busy.chatId, unread: 3 }, more: false })
  expect(result!.chats[0]!.entries!.map(({ seq }) => seq)).toEqual([5, 6])
  const fresh = (await socket.command('sync')) as { result?: Result }
  expect(fresh.result!.chats.map(({ entries }) => entries!.length).sort()).toEqual([3, 6])
})

test('a chat the user lost is named, and its group is left', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', {
    kind: 'group',
    name: 'Gone',
    members: [bob.userId],
  })
  await using socket = await bob.socket()
  await ada.call('DELETE', `chats/${chat.chatId}/members/${bob.userId}`)
  const { result } = await socket.command('sync', { chats: { [chat.chatId]: 3 } })
  expect(result).toMatchObject({ chats: [], removed: [chat.chatId] })
  const known = world.webPubSub.connections().find(({ connectionId }) => connectionId === socket.connectionId)
  expect(known!.groups.filter((group) => group.startsWith('chat.'))).toEqual([])
})

test('beyond 500 entries a snapshot of the newest messages comes instead', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  const ids = Array.from({ length: 520 }, (_, i) => `m${i}`)
  await Promise.all(ids.map((id) => ada.call('POST', `chats/${chat.chatId}/messages`, say(id))))
  await using socket = await bob.socket()
  const { result } = (await socket.command('sync', { chats: { [chat.chatId]: 3 } })) as { result?: Result }
  expect(result!.chats[0]!.entries).toBeUndefined()
  expect(result!.chats[0]!.snapshot).toHaveLength(50)
  expect(result!.chats[0]).toMatchObject({
    more: true,
    snapshot: expect.arrayContaining([expect.objectContaining({ seq: 523 })]),
  })
})

test('no answer is larger than 256 KiB: pages are cut and say that there is more', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  const long = '€'.repeat(8_000)
  for (let i = 0; i < 40; i += 10) {
    const ids = Array.from({ length: 10 }, (_, k) => `m${i + k}`)
    await Promise.all(ids.map((id) => ada.call('POST', `chats/${chat.chatId}/messages`, say(id, long))))
  }
  const page = await bob.call('GET', `chats/${chat.chatId}/messages?limit=100`)
  expect(JSON.stringify(page.body).length).toBeLessThan(262_144)
  expect(page.body.more).toBe(true)
  expect(page.body.messages.at(-1).seq).toBe(43)
  await using socket = await bob.socket()
  const seqs: number[] = []
  for (let last = 3, more = true; more; last = seqs.at(-1)!) {
    const { result } = (await socket.command('sync', { chats: { [chat.chatId]: last } })) as {
      result?: Result
    }
    more = result!.chats[0]!.more
    seqs.push(...result!.chats[0]!.entries!.map(({ seq }) => seq))
  }
  expect(seqs).toEqual(Array.from({ length: 40 }, (_, i) => i + 4))
})
