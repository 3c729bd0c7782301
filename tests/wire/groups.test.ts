import { documentsOf, seedCrowd } from '../support/crowd.ts'
import { note, upload } from '../support/media.ts'
import { type Answer, type Person, say } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let [ada, bob, cy]: Person[] = []
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
  ;[ada, bob, cy] = await Promise.all(['ada', 'bob', 'cy'].map((name) => world.register(name)))
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const codeOf = async (answer: Promise<Answer>) => (await answer).body.code
const group = async (owner: Person, name: string, ...members: string[]): Promise<string> =>
  (await owner.call('POST', 'chats', { kind: 'group', name, members })).body.chatId
const rolesOf = async (asker: Person, chatId: string): Promise<Record<string, string>> => {
  const { body } = await asker.call('GET', `chats/${chatId}/members`)
  return Object.fromEntries(body.members.map((m: { userId: string; role: string }) => [m.userId, m.role]))
}

describe('chats.update', () => {
  test('a group says its visibility and how many are in it, in answers at once, in lists in a moment', async () => {
    const chatId = await group(ada!, 'Seen', bob!.userId)
    const { body: created } = await ada!.call('GET', `chats/${chatId}`)
    expect(created).toMatchObject({ visibility: 'private', memberCount: 2 })
    const shown = await ada!.call('PATCH', `chats/${chatId}`, { visibility: 'public' })
    expect(shown.body).toMatchObject({ visibility: 'public', memberCount: 2 })
    expect((await cy!.call('POST', `chats/${chatId}/join`)).body).toMatchObject({ memberCount: 3 })
    const listed = async () =>
      (await bob!.call('GET', 'chats')).body.chats.find((c: { chatId: string }) => c.chatId === chatId)
    while ((await listed()).memberCount !== 3);
    expect(await listed()).toMatchObject({ visibility: 'public', memberCount: 3 })
  })

  test('a new name is an entry and stands in everybody’s list; a repeat finds it, another name under its id is refused', async () => {
    const chatId = await group(ada!, 'Old', bob!.userId)
    const rename = (name: string, host = 0) =>
      ada!.call('PATCH', `chats/${chatId}`, { name, clientRequestId: 'n1' }, host)
    expect((await rename('New')).body).toMatchObject({ name: 'New' })
    expect((await rename('New', 1)).status).toBe(200)
    expect(await codeOf(rename('Other'))).toBe('id-reused')
    const { body: log } = await bob!.call('GET', `chats/${chatId}/log?after=3`)
    expect(log.entries).toMatchObject([{ seq: 4, type: 'chat', change: 'renamed', name: 'New' }])
    while ((await bob!.call('GET', `chats/${chatId}`)).body.name !== 'New');
  })

  test('a member renames nothing, an admin does; a direct chat has no name of its own', async () => {
    const chatId = await group(ada!, 'R', bob!.userId)
    expect(await codeOf(bob!.call('PATCH', `chats/${chatId}`, { name: 'B' }))).toBe('forbidden')
    await ada!.call('PUT', `chats/${chatId}/members/${bob!.userId}`, { role: 'admin' })
    expect((await bob!.call('PATCH', `chats/${chatId}`, { name: 'B' })).body.name).toBe('B')
    expect(await codeOf(cy!.call('PATCH', `chats/${chatId}`, { name: 'C' }))).toBe('chat-not-found')
    const { body: direct } = await ada!.call('POST', 'chats', { kind: 'direct', userId: bob!.userId })
    expect(await codeOf(ada!.call('PATCH', `chats/${direct.chatId}`, { name: 'D' }))).toBe('forbidden')
    expect(await codeOf(ada!.call('PATCH', `chats/${direct.chatId}`, {}))).toBe('invalid-request')
  })

  test('muted and pinned are one’s own: the other device hears of it, the next sync brings it, the log says nothing', async () => {
    const chatId = await group(ada!, 'M', bob!.userId)
    await using phone = await ada!.socket()
    const first = await phone.command('sync')
    const { since } = first.result as unknown as { since: string }
    await ada!.call('PATCH', `chats/${chatId}`, { muted: true, pinned: true })
    const frame = await phone.wait(({ type }) => type === 'chat.updated')
    expect(frame).toMatchObject({ chat: { chatId, muted: true, pinned: true } })
    const known = { [chatId]: 3 }
    const { result } = await phone.command('sync', { since, chats: known })
    const { chats } = result as unknown as { chats: { chat: { chatId: string }; entries: unknown[] }[] }
    expect(chats.find(({ chat }) => chat.chatId === chatId)).toMatchObject({
      chat: { muted: true, pinned: true },
      entries: [],
    })
    expect((await bob!.call('GET', `chats/${chatId}`)).body).toMatchObject({ muted: false, pinned: false })
    expect((await bob!.call('GET', `chats/${chatId}/log?after=3`)).body.entries).toEqual([])
  })
})

describe('members', () => {
  test('a group handed over has its new owner and an admin, never two owners or none', async () => {
    const chatId = await group(ada!, 'H', bob!.userId)
    const hand = (who: Person, to: Person) =>
      who.call('PUT', `chats/${chatId}/members/${to.userId}`, { role: 'owner', handOver: true })
    expect(
      await codeOf(
        bob!.call('PUT', `chats/${chatId}/members/${bob!.userId}`, { role: 'owner', handOver: true }),
      ),
    ).toBe('forbidden')
    expect((await hand(ada!, bob!)).body.role).toBe('admin')
    expect((await hand(ada!, bob!)).status).toBe(200)
    expect(await rolesOf(bob!, chatId)).toEqual({ [ada!.userId]: 'admin', [bob!.userId]: 'owner' })
    expect(await codeOf(hand(bob!, cy!))).toBe('forbidden')
    const { body: log } = await bob!.call('GET', `chats/${chatId}/log?after=3`)
    expect(log.entries).toMatchObject([
      { seq: 4, change: 'role', userId: bob!.userId, role: 'owner' },
      { seq: 5, change: 'role', userId: ada!.userId, role: 'admin' },
    ])
  })

  test('a bot comes and goes like a person, always as member', async () => {
    const chatId = await group(ada!, 'B')
    const path = `chats/${chatId}/members/assistant`
    expect(await codeOf(ada!.call('PUT', path, { role: 'admin' }))).toBe('invalid-request')
    expect((await ada!.call('PUT', path, { role: 'member' })).status).toBe(200)
    const bots = async () => (await documentsOf(world, 'chats', chatId, 'chat'))[0]!.bots
    expect(await bots()).toEqual(['assistant'])
    expect((await ada!.call('DELETE', path)).status).toBe(204)
    expect(await bots()).toEqual([])
    expect((await ada!.call('PUT', `chats/${chatId}/members/nobody`, { role: 'member' })).body.code).toBe(
      'user-not-found',
    )
    const named = await group(ada!, 'B2', bob!.userId, 'assistant')
    expect((await documentsOf(world, 'chats', named, 'chat'))[0]).toMatchObject({
      bots: ['assistant'],
      memberCount: 3,
    })
  })

  test('three hundred people: a few at once, the others soon; each once, and whoever is struck off never', async () => {
    const crowd = await seedCrowd(world, 'crowd', 298)
    const chatId = await group(ada!, 'Many')
    const path = `chats/${chatId}/members`
    await using socket = await bob!.socket()
    world.cosmos.faults.add({ operation: 'items.batch', fault: { kind: 'delay', ms: 60 } })
    const userIds = [...crowd.slice(0, 296), bob!.userId, ...crowd.slice(296), cy!.userId]
    const { body: added } = await ada!.call('POST', path, { userIds })
    expect(added).toMatchObject({ pending: 270, chat: { chatId, head: {} } })
    expect((await ada!.call('DELETE', `${path}/${cy!.userId}`)).status).toBe(204)
    world.cosmos.faults.clear()
    await socket.wait(({ type }) => type === 'chat.added')
    while ((await documentsOf(world, 'chats', chatId, 'job:')).length > 0);

    const members: { userId: string }[] = []
    for (let cursor = ''; ; ) {
      const { body } = await ada!.call('GET', `${path}?limit=100${cursor && `&cursor=${cursor}`}`)
      members.push(...body.members)
      if (!body.more) break
      cursor = body.cursor
    }
    expect(members.map(({ userId }) => userId).sort()).toEqual([ada!.userId, bob!.userId, ...crowd].sort())
    const entries = await documentsOf(world, 'chats', chatId, 'e:')
    expect(entries.filter(({ change }) => change === 'added')).toHaveLength(300)
    expect(entries.at(-1)).toMatchObject({ seq: 301, memberCount: 300 })
    expect((await cy!.call('GET', `chats/${chatId}`)).body.code).toBe('chat-not-found')
    expect((await bob!.call('POST', `chats/${chatId}/messages`, say('hi'))).status).toBe(201)
    expect((await ada!.call('GET', `chats/${chatId}`)).body.members).toBeUndefined()

    // A change reads whom it is about, not the three hundred.
    world.cosmos.stats.reset()
    const changed = await ada!.call('PUT', `${path}/${bob!.userId}`, { role: 'reader' })
    const { 'items.query': queries } = world.cosmos.stats.read()
    expect(changed.body).toMatchObject({ chatId, role: 'owner' })
    expect(queries!.requestUnits).toBeLessThan(40)
  }, 30_000)
})

test('of a removal hear those who were in the group, and nobody else', async () => {
  const [mal, eve] = await Promise.all([world.register('mal'), world.register('eve')])
  const chatId = await group(ada!, 'Quiet', mal.userId, cy!.userId)
  await using socket = await eve.socket()
  const remove = async (who: Person, whom: Person) =>
    (await who.call('DELETE', `chats/${chatId}/members/${whom.userId}`)).status
  // The one is an owner, the other just a member: neither can make a stranger's client forget a chat.
  expect([await remove(ada!, eve), await remove(mal, eve)]).toEqual([204, 204])
  await ada!.call('PUT', `chats/${chatId}/members/${eve.userId}`, { role: 'member' })
  await socket.wait(({ type }) => type === 'chat.added')
  expect(socket.received.filter(({ type }) => type === 'chat.removed')).toEqual([])
  expect(await remove(ada!, eve)).toBe(204)
  await socket.wait(({ type }) => type === 'chat.removed')
  // The push may have been lost: who may remove repeats it, who may not does not.
  expect([await remove(mal, eve), await remove(ada!, eve)]).toEqual([204, 204])
  await ada!.call('POST', 'chats', { kind: 'direct', userId: eve.userId })
  await socket.wait((frame) => frame.type === 'chat.added' && JSON.stringify(frame).includes('"direct"'))
  expect(socket.received.filter(({ type }) => type === 'chat.removed')).toHaveLength(2)
})

describe('chats.delete', () => {
  test('a group ends for everybody: from the answer on nobody reads or writes, and its texts go', async () => {
    const chatId = await group(ada!, 'End', bob!.userId, cy!.userId)
    const path = `chats/${chatId}`
    for (const id of ['1', '2', '3']) await bob!.call('POST', `${path}/messages`, say(id))
    const content = await upload(bob!, chatId, note('secret'))
    const { attachmentId } = content
    await bob!.call('POST', `${path}/messages`, { clientMessageId: 'a', content })
    const reading = `${path}/attachments/${attachmentId}`
    const { headers } = await fetch(`${world.apis[0]}/${reading}`, {
      redirect: 'manual',
      headers: { authorization: `Bearer ${bob!.accessToken}` },
    })
    const address = headers.get('location')!
    expect(await (await fetch(address)).text()).toBe('secret')
    await using socket = await bob!.socket()
    expect(await codeOf(bob!.call('DELETE', path))).toBe('forbidden')
    expect((await ada!.call('DELETE', path)).status).toBe(204)
    for (const person of [ada!, bob!, cy!]) {
      expect(await codeOf(person.call('GET', `${path}/messages`, undefined, 1))).toBe('chat-not-found')
      expect(await codeOf(person.call('GET', path))).toBe('chat-not-found')
    }
    expect(await codeOf(ada!.call('GET', `${path}/members`))).toBe('chat-not-found')
    // Of the end hear those who were there.
    const send = (who: Person) => codeOf(who.call('POST', `${path}/messages`, say('4'), 1))
    expect(await send(bob!)).toBe('chat-closed')
    const eve = await world.register('eve')
    expect(await send(eve)).toBe('chat-not-found')
    expect(await codeOf(eve.call('POST', `${path}/join`))).toBe('chat-not-found')
    expect(await codeOf(eve.call('PUT', `${path}/members/${eve.userId}`, { role: 'owner' }))).toBe(
      'chat-not-found',
    )
    expect((await socket.wait(({ type }) => type === 'chat.removed')).chatId).toBe(chatId)
    const { result } = await socket.command('sync', { chats: { [chatId]: 4 } })
    expect(result).toMatchObject({ removed: [chatId] })
    while ((await documentsOf(world, 'chats', chatId, 'job:')).length > 0);
    const left = await documentsOf(world, 'chats', chatId, '')
    expect(left.filter((item) => item.content !== undefined)).toEqual([])
    expect((await fetch(address)).status).toBe(404)
    expect(left.map(({ id }) => id).filter((id) => !String(id).startsWith('e:'))).toEqual(['chat'])
    expect(await codeOf(ada!.call('DELETE', path))).toBe('chat-not-found')
    expect([await send(bob!), await send(eve)]).toEqual(['chat-closed', 'chat-not-found'])
  })

  test('a direct chat is put away for oneself until somebody says something in it', async () => {
    const [dan, eve] = await Promise.all([world.register('dan'), world.register('eve')])
    const { body: chat } = await dan.call('POST', 'chats', { kind: 'direct', userId: eve.userId })
    const path = `chats/${chat.chatId}`
    await dan.call('POST', `${path}/messages`, say('1'))
    while ((await dan.call('GET', path)).body.head.seq < 4);
    const listed = async (who: Person) => (await who.call('GET', 'chats')).body.chats
    expect((await dan.call('DELETE', path)).status).toBe(204)
    expect([await listed(dan), await listed(eve)]).toMatchObject([[], [{ chatId: chat.chatId }]])
    await using socket = await dan.socket()
    expect((await socket.command('sync', { chats: { [chat.chatId]: 4 } })).result).toMatchObject({
      chats: [],
      removed: [chat.chatId],
    })
    await eve.call('POST', `${path}/messages`, say('2'))
    await socket.wait((frame) => frame.type === 'entries' && JSON.stringify(frame).includes('"2"'))
    while ((await listed(dan)).length === 0);
    const { body: history } = await dan.call('GET', `${path}/messages`)
    expect(history.messages).toMatchObject([{ seq: 5, content: { text: '2' } }])
    expect((await eve.call('GET', `${path}/messages`)).body.messages).toHaveLength(2)
    while ((await dan.call('GET', path)).body.head.seq < 5);
    await dan.call('DELETE', path)
    expect(await listed(dan)).toEqual([])
    await dan.call('POST', 'chats', { kind: 'direct', userId: eve.userId })
    expect(await listed(dan)).toHaveLength(1)
  })
})

describe('public groups', () => {
  test('the lobby is there from the start, once, whoever asks first', async () => {
    const answers = await Promise.all(
      [0, 1, 0, 1].map((host) => ada!.call('GET', 'chats/public?q=lob', undefined, host)),
    )
    for (const { body } of answers)
      expect(body.chats).toMatchObject([{ chatId: 'lobby', name: 'Lobby', memberCount: 1, joined: false }])
    const twice = await Promise.all(
      [0, 1].map((host) => ada!.call('POST', 'chats/lobby/join', undefined, host)),
    )
    expect(twice.map(({ status }) => [200, 503].includes(status))).toEqual([true, true])
    expect((await ada!.call('POST', 'chats/lobby/join')).body).toMatchObject({ role: 'member', unread: 0 })
    expect((await ada!.call('GET', 'chats/public?q=LÓB')).body.chats).toMatchObject([
      { memberCount: 2, joined: true },
    ])
    expect((await ada!.call('POST', 'chats/lobby/messages', say('hello, all'))).status).toBe(201)
    expect(await rolesOf(ada!, 'lobby')).toEqual({ parley: 'owner', [ada!.userId]: 'member' })
  })

  test('a group is found while it is public, by the beginning of its name, page by page', async () => {
    const made = await Promise.all(
      ['Zebra one', 'zébra two', 'Zebra three'].map((name) =>
        ada!.call('POST', 'chats', { kind: 'group', name, visibility: 'public' }),
      ),
    )
    const hidden = await group(ada!, 'Zebra hidden')
    const first = await bob!.call('GET', 'chats/public?q=zebra&limit=2')
    expect(first.body.chats.map(({ name }: { name: string }) => name)).toEqual(['Zebra one', 'Zebra three'])
    const next = await bob!.call('GET', `chats/public?q=zebra&limit=2&cursor=${first.body.cursor}`)
    expect(next.body).toEqual({
      chats: [{ chatId: made[1]!.body.chatId, name: 'zébra two', memberCount: 1, joined: false }],
    })
    expect(await codeOf(bob!.call('POST', `chats/${hidden}/join`))).toBe('chat-not-found')
    await ada!.call('PATCH', `chats/${hidden}`, { visibility: 'public' })
    expect((await bob!.call('POST', `chats/${hidden}/join`)).body).toMatchObject({ role: 'member' })
    await ada!.call('PATCH', `chats/${made[0]!.body.chatId}`, { visibility: 'private' })
    await ada!.call('DELETE', `chats/${made[2]!.body.chatId}`)
    const { body } = await bob!.call('GET', 'chats/public?q=zebra')
    expect(body.chats).toMatchObject([{ name: 'Zebra hidden', joined: true }, { name: 'zébra two' }])
    expect(await codeOf(bob!.call('GET', 'chats/public?cursor=%21'))).toBe('invalid-request')
  })
})

test('leaving again, after an answer that was lost, is leaving once', async () => {
  const chatId = await group(ada!, 'Left', bob!.userId)
  const own = `chats/${chatId}/members/${bob!.userId}`
  const leave = (host: number) => bob!.call('DELETE', own, undefined, host)
  expect([(await leave(0)).status, (await leave(1)).status]).toEqual([204, 204])
  expect((await ada!.call('GET', `chats/${chatId}/log?after=3`)).body.entries).toMatchObject([
    { seq: 4, type: 'member', change: 'left' },
  ])
  expect(await codeOf(cy!.call('DELETE', `chats/${chatId}/members/${cy!.userId}`))).toBe('chat-not-found')
})
