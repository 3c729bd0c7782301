import { type Person, say } from '../support/person.ts'
import { seenEntries } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 3 })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

async function registerAll(count: number): Promise<Person[]> {
  const people: Person[] = []
  while (people.length < count) {
    const more = Array.from({ length: Math.min(10, count - people.length) }, () => world.register('p'))
    people.push(...(await Promise.all(more)))
  }
  return people
}

test('50 senders through three processes at once: no gap, nothing twice, log order on every socket', async () => {
  const people = await registerAll(50)
  const [owner, ...others] = people as [Person, ...Person[]]
  const first = others.slice(0, 29).map(({ userId }) => userId)
  const { body: chat } = await owner.call('POST', 'chats', { kind: 'group', name: 'Fifty', members: first })
  for (const { userId } of others.slice(29)) {
    expect(
      (await owner.call('PUT', `chats/${chat.chatId}/members/${userId}`, { role: 'member' })).status,
    ).toBe(200)
  }
  const start = (await owner.call('GET', `chats/${chat.chatId}`)).body.head.seq
  const sockets = await Promise.all(people.slice(0, 5).map((person) => person.socket()))

  const answers = await Promise.all(
    people.flatMap((person, p) =>
      Array.from({ length: 6 }, (_, i) => {
        // Every message twice, each time through another process, as an impatient client does.
        const send = (host: number) =>
          person.call('POST', `chats/${chat.chatId}/messages`, say(`${p}-${i}`), host)
        return [send((p + i) % 3), send((p + i + 1) % 3)]
      }).flat(),
    ),
  )

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(300)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(300)
  const log: { seq: number; n: number; clientMessageId: string }[] = []
  for (let more = true; more; ) {
    const page = await owner.call('GET', `chats/${chat.chatId}/log?after=${log.at(-1)?.seq ?? start}`)
    log.push(...page.body.entries)
    more = page.body.more
  }
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, i) => start + 1 + i))
  expect(log.map(({ n }) => n)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
  expect(new Set(log.map(({ clientMessageId }) => clientMessageId)).size).toBe(300)
  for (const socket of sockets) {
    await socket.wait(() => (seenEntries(socket, chat.chatId).at(-1)?.seq ?? 0) === start + 300)
    expect(seenEntries(socket, chat.chatId)).toEqual(log)
  }
  await Promise.all(sockets.map((socket) => socket.close()))
}, 120_000)

test('readers and strangers write nothing and cost the others of their group commit nothing', async () => {
  const [ada, bob, reader, stranger] = (await registerAll(4)) as [Person, Person, Person, Person]
  const members = [bob.userId, reader.userId]
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'group', name: 'Mixed', members })
  await ada.call('PUT', `chats/${chat.chatId}/members/${reader.userId}`, { role: 'reader' })
  const before = (await ada.call('GET', `chats/${chat.chatId}`)).body.head.seq
  const send = (person: Person, id: string) => person.call('POST', `chats/${chat.chatId}/messages`, say(id))
  const rounds = Array.from({ length: 20 }, (_, i) => i)
  const [good, readers, strangers] = await Promise.all([
    Promise.all(rounds.flatMap((i) => [send(ada, `a${i}`), send(bob, `b${i}`)])),
    Promise.all(rounds.map((i) => send(reader, `r${i}`))),
    Promise.all(rounds.map((i) => send(stranger, `s${i}`))),
  ])
  expect(good.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 201))
  expect(new Set(readers.map(({ body }) => body.code))).toEqual(new Set(['forbidden']))
  expect(new Set(strangers.map(({ body }) => body.code))).toEqual(new Set(['chat-not-found']))
  const { body: log } = await ada.call('GET', `chats/${chat.chatId}/log?after=${before}`)
  expect(log.entries).toHaveLength(40)
  const senders = new Set(log.entries.map(({ senderId }: { senderId: string }) => senderId))
  expect(senders).toEqual(new Set([ada.userId, bob.userId]))
})
