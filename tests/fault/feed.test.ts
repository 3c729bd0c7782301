import { CosmosClient } from '@azure/cosmos'
import { type Person, say } from '../support/person.ts'
import { seenEntries } from '../support/socket.ts'
import { serveSockets, startWorld, type World } from '../support/world.ts'

const settings = { REPAIR_AFTER_MS: '400' }

/** Everything a container holds, without what the store adds. */
async function contents(world: World, container: string): Promise<unknown[]> {
  const client = new CosmosClient(world.cosmos.connectionString)
  const { resources } = await client.database('parley').container(container).items.readAll().fetchAll()
  client.dispose()
  return resources
    .map((item) => Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith('_'))))
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

async function groupOf(owner: Person, ...others: Person[]): Promise<string> {
  const members = others.map(({ userId }) => userId)
  return (await owner.call('POST', 'chats', { kind: 'group', name: 'G', members })).body.chatId
}

describe('a process dies', () => {
  let world: World
  beforeEach(async () => {
    world = await startWorld({ hosts: 2, settings })
    serveSockets(world, 1)
  }, 60_000)
  afterEach(() => world[Symbol.asyncDispose]())

  /** The first host's next item is never made: it dies with its batch committed and nothing derived from it. */
  async function dieAfterCommit(
    work: () => Promise<unknown>,
    committed: () => Promise<boolean>,
  ): Promise<void> {
    world.cosmos.faults.add({ operation: 'items.create', fault: { kind: 'delay', ms: 600_000 }, count: 1 })
    const unanswered = work().catch(() => undefined)
    while (!(await committed()));
    await world.hosts[0]!.kill('SIGKILL')
    await unanswered
    world.cosmos.faults.clear()
  }

  test('after adding somebody: the feed brings the chat into the inbox and the sockets into its group', async () => {
    const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
    const chatId = await groupOf(ada)
    await using socket = await bob.socket()
    await dieAfterCommit(
      () => ada.call('PUT', `chats/${chatId}/members/${bob.userId}`, { role: 'member' }, 0),
      async () => (await ada.call('GET', `chats/${chatId}/log`, undefined, 1)).body.entries.length === 3,
    )
    while ((await bob.call('GET', 'chats', undefined, 1)).body.chats.length === 0);
    const group = `chat.${chatId}`
    while (
      !world.webPubSub
        .connections()
        .some(({ groups, userId }) => userId === bob.userId && groups.includes(group))
    )
      await bob.call('GET', 'health', undefined, 1)
    await ada.call('POST', `chats/${chatId}/messages`, say('welcome'), 1)
    await socket.wait(() =>
      seenEntries(socket, chatId).some(({ clientMessageId }) => clientMessageId === 'welcome'),
    )
  }, 60_000)

  test('after creating a chat: the feed makes its head and inboxes; asking again finds it', async () => {
    const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
    const ask = { kind: 'group', name: 'Orphan', members: [bob.userId], clientRequestId: 'r1' }
    await dieAfterCommit(
      () => ada.call('POST', 'chats', ask, 0),
      async () => (await contents(world, 'chats')).length > 0,
    )
    while ((await bob.call('GET', 'chats', undefined, 1)).body.chats.length === 0);
    const again = await ada.call('POST', 'chats', ask, 1)
    expect(again).toMatchObject({
      status: 200,
      body: { name: 'Orphan', role: 'owner', head: { seq: 3, n: 0 } },
    })
    const sent = await bob.call('POST', `chats/${again.body.chatId}/messages`, say('m'), 1)
    expect(sent.body).toMatchObject({ seq: 4, n: 1 })
    const { body: list } = await ada.call('GET', 'chats', undefined, 1)
    expect(list.chats).toMatchObject([{ chatId: again.body.chatId, unread: 1, head: { seq: 4, n: 1 } }])
  }, 60_000)
})

describe('one host', () => {
  let world: World
  beforeEach(async () => {
    world = await startWorld({ settings })
  }, 60_000)
  afterEach(() => world[Symbol.asyncDispose]())

  test('a push service that is away stops neither the feed nor the bots; what it missed is made up for', async () => {
    world.ai.script({ reply: 'Still here.' })
    const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
    const chatId = await groupOf(ada)
    const { body: talk } = await ada.call('POST', 'chats', { kind: 'bot' })
    await using socket = await bob.socket()
    for (const operation of ['user.*', 'group.*'])
      world.webPubSub.faults.add({ operation, fault: { kind: 'status', status: 503 } })
    const added = await ada.call('PUT', `chats/${chatId}/members/${bob.userId}`, { role: 'member' })
    expect(added.body).toMatchObject({ status: 503, code: 'busy', retry: 'same-id' })
    await ada.call('POST', `chats/${talk.chatId}/messages`, say('p'))
    const messages = async () => (await ada.call('GET', `chats/${talk.chatId}/messages`)).body.messages
    while ((await messages()).length < 2);
    expect((await messages())[1].content.text).toBe('Still here.')
    world.webPubSub.faults.clear()
    const joined = () =>
      world.webPubSub
        .connections()
        .some(
          ({ connectionId, groups }) =>
            connectionId === socket.connectionId && groups.includes(`chat.${chatId}`),
        )
    while (!joined()) await ada.call('GET', 'health')
    await ada.call('POST', `chats/${chatId}/messages`, say('hello'))
    await socket.wait(() =>
      seenEntries(socket, chatId).some(({ clientMessageId }) => clientMessageId === 'hello'),
    )
  }, 60_000)

  test('read from the beginning again, the feed changes nothing and lets nobody back in', async () => {
    world.ai.script({ reply: 'Once.' })
    const [ada, bob, cy] = await Promise.all([
      world.register('ada'),
      world.register('bob'),
      world.register('cy'),
    ])
    const chatId = await groupOf(ada, bob)
    const path = `chats/${chatId}`
    for (const id of ['1', '2', '3']) await ada.call('POST', `${path}/messages`, say(id))
    await bob.call('POST', `${path}/read`, { seq: 4 })
    await ada.call('PUT', `${path}/members/${cy.userId}`, { role: 'reader' })
    const mentions = [bob.userId, cy.userId]
    const { body: named } = await ada.call('POST', `${path}/messages`, { ...say('4'), mentions })
    await ada.call('PATCH', `${path}/messages/${named.seq}`, { ...say('e1'), mentions: [cy.userId] })
    await bob.call('PUT', `${path}/messages/4/reactions/👍`)
    await ada.call('DELETE', `${path}/messages/5`)
    await using gone = await bob.socket()
    await ada.call('DELETE', `${path}/members/${bob.userId}`)
    const { body: talk } = await ada.call('POST', 'chats', { kind: 'bot' })
    await using socket = await ada.socket()
    await ada.call('POST', `chats/${talk.chatId}/messages`, say('p'))
    const { promptSeq } = await socket.wait(({ type }) => type === 'run.started')
    await socket.wait(({ type }) => type === 'run.ended')
    await ada.call('PUT', `chats/${talk.chatId}/messages/${promptSeq}/reactions/👍`)
    await ada.call('PATCH', `chats/${talk.chatId}/messages/${promptSeq}`, say('e2'))

    const host = world.hosts[0]!
    await host.close()
    const state = () => Promise.all(['chats', 'state', 'inbox', 'users'].map((name) => contents(world, name)))
    const before = await state()
    const { started } = world.ai.stats()
    const client = new CosmosClient(world.cosmos.connectionString)
    const leases = client.database('parley').container('leases')
    const { resources } = await leases.items.readAll<{ id: string }>().fetchAll()
    for (const { id } of resources) await leases.item(id, id).delete()
    // Whoever lets bob in again cannot take it back.
    world.webPubSub.faults.add({ operation: 'user.removeFromGroup', fault: { kind: 'status', status: 503 } })
    const [heardBefore, goneBefore] = [socket.received.length, gone.received.length]
    await world.addHost()
    const token = async (): Promise<string[]> => {
      const found = await leases.items.readAll<{ ContinuationToken?: string | null }>().fetchAll()
      return found.resources.flatMap(({ ContinuationToken }) => ContinuationToken ?? [])
    }
    while ((await token()).length === 0);
    client.dispose()
    const inGroup = () =>
      world.webPubSub
        .connections()
        .some(({ userId, groups }) => userId === bob.userId && groups.includes(`chat.${chatId}`))
    expect(inGroup()).toBe(false)
    expect(await state()).toEqual(before)
    expect(world.ai.stats().started).toBe(started)
    expect(socket.received.slice(heardBefore)).toEqual([])
    expect(gone.received.slice(goneBefore)).toEqual([])
  }, 60_000)
})
