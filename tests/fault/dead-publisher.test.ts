import { type Person, say } from '../support/person.ts'
import { type Socket, seenEntries } from '../support/socket.ts'
import { serveSockets, startWorld, type World } from '../support/world.ts'

// A process dies after its entry was committed and before it was published: the first host is made unable to publish
// and is killed. The sockets' events go to the second.
let world: World
afterEach(() => world[Symbol.asyncDispose]())

/** `repairAfterMs` decides who mends: at a minute only the next sender can. */
async function start(repairAfterMs: string): Promise<void> {
  world = await startWorld({ hosts: 2, settings: { REPAIR_AFTER_MS: repairAfterMs } })
  serveSockets(world, 1)
}

async function conversation(): Promise<{ ada: Person; bob: Person; chatId: string; socket: Socket }> {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  return { ada, bob, chatId: chat.chatId, socket: await bob.socket() }
}

async function untilCommitted(ada: Person, chatId: string, id: string): Promise<void> {
  for (;;) {
    const { body } = await ada.call('GET', `chats/${chatId}/log?after=0`, undefined, 1)
    if (body.entries.some((entry: { clientMessageId?: string }) => entry.clientMessageId === id)) return
  }
}

/** Commits through the first host, which cannot publish, and kills it before anything is out. */
async function commitAndDie(ada: Person, chatId: string, ids: string[]): Promise<void> {
  world.webPubSub.faults.add({ operation: 'group.send', fault: { kind: 'drop' } })
  const sends: Promise<unknown>[] = []
  for (const id of ids) {
    sends.push(ada.call('POST', `chats/${chatId}/messages`, say(id), 0).catch(() => undefined))
    await untilCommitted(ada, chatId, id)
  }
  await world.hosts[0]!.kill('SIGKILL')
  await Promise.all(sends)
  world.webPubSub.faults.clear()
}

test('the next sender publishes what the dead one left, before its own', async () => {
  await start('60000')
  const { ada, bob, chatId, socket } = await conversation()
  await commitAndDie(ada, chatId, ['lost-1', 'lost-2'])
  expect(seenEntries(socket, chatId)).toEqual([])
  const next = await bob.call('POST', `chats/${chatId}/messages`, say('next'), 1)
  expect(next.status).toBe(201)
  await socket.wait(() => seenEntries(socket, chatId).length === 3)
  expect(seenEntries(socket, chatId).map(({ seq, clientMessageId }) => [seq, clientMessageId])).toEqual([
    [4, 'lost-1'],
    [5, 'lost-2'],
    [6, 'next'],
  ])
})

test('nobody follows: the change feed publishes it and moves the head', async () => {
  await start('400')
  const { ada, bob, chatId, socket } = await conversation()
  await commitAndDie(ada, chatId, ['last words'])
  await socket.wait(() => seenEntries(socket, chatId).length === 1)
  expect(seenEntries(socket, chatId)[0]).toMatchObject({ seq: 4, clientMessageId: 'last words' })
  for (;;) {
    const { body } = await bob.call('GET', 'chats', undefined, 1)
    if (body.chats[0].head.seq === 4) break
  }
  const { body } = await bob.call('GET', 'chats', undefined, 1)
  expect(body.chats[0]).toMatchObject({ unread: 1, head: { seq: 4, n: 1, preview: 'last words' } })
})

test('a push service that is away loses nothing: what was committed comes when it is back', async () => {
  await start('400')
  const { ada, chatId, socket } = await conversation()
  world.webPubSub.faults.add({ operation: 'group.send', fault: { kind: 'status', status: 503 } })
  const sent = await ada.call('POST', `chats/${chatId}/messages`, say('stored'), 1)
  expect(sent.status).toBe(201)
  expect(seenEntries(socket, chatId)).toEqual([])
  world.webPubSub.faults.clear()
  await socket.wait(() => seenEntries(socket, chatId).length === 1)
  expect(seenEntries(socket, chatId)[0]).toMatchObject({ seq: 4, clientMessageId: 'stored' })
})
