import type { Person } from '../support/person.ts'
import { openSocket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ settings: { ADMINS: 'Root-Of-Parley' } })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const presence = async (asker: Person, ...people: Person[]) => {
  const ids = people.map(({ userId }) => userId).join()
  const { status, body } = await asker.call('GET', `presence?userIds=${ids}`)
  expect(status).toBe(200)
  return body.presence
}

test('presence is for those who share a chat: online, then last seen', async () => {
  const [ada, bob, cy, dan] = [
    await world.register('ada'),
    await world.register('bob'),
    await world.register('cy'),
    await world.register('dan'),
  ]
  await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [cy.userId] })
  const first = await bob.socket()
  const second = await bob.socket()
  expect(await presence(ada, bob, cy, dan)).toEqual([
    { userId: bob.userId, online: true },
    { userId: cy.userId, online: false },
  ])
  expect(await presence(dan, bob)).toEqual([])
  await first.close(1000)
  expect(await presence(ada, bob)).toEqual([{ userId: bob.userId, online: true }])
  const before = new Date().toISOString()
  await second.close(1000)
  // The service tells us of the closed socket in its own time: asked until it has.
  let [seen] = await presence(ada, bob)
  while (!seen.lastSeenAt) [seen] = await presence(ada, bob)
  expect(seen).toEqual({ userId: bob.userId, online: false, lastSeenAt: expect.any(String) })
  expect(seen.lastSeenAt >= before && seen.lastSeenAt <= new Date().toISOString()).toBe(true)
  await using socket = await ada.socket()
  const reply = await socket.command('presence.get', { userIds: [ada.userId, cy.userId] })
  expect(reply.result).toEqual({
    presence: [
      { userId: ada.userId, online: true },
      { userId: cy.userId, online: false },
    ],
  })
})

test('who hides, or has blocked the asker, is left out', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  await using _socket = await bob.socket()
  const online = [{ userId: bob.userId, online: true }]
  expect(await presence(ada, bob)).toEqual(online)
  await bob.call('PATCH', 'users/me/settings', { presence: 'nobody' })
  expect(await presence(ada, bob)).toEqual([])
  expect(await presence(bob, bob)).toEqual(online)
  await bob.call('PATCH', 'users/me/settings', { presence: 'everyone' })
  await bob.call('PUT', `users/me/blocks/${ada.userId}`)
  expect(await presence(ada, bob)).toEqual([])
  await bob.call('DELETE', `users/me/blocks/${ada.userId}`)
  expect(await presence(ada, bob)).toEqual(online)
})

test('up to fifty are asked for', async () => {
  const ada = await world.register('ada')
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `u${i}`).join()
  expect((await ada.call('GET', `presence?userIds=${ids(50)}`)).body).toEqual({ presence: [] })
  const many = await ada.call('GET', `presence?userIds=${ids(51)}`)
  expect([many.status, many.body.code]).toEqual([400, 'invalid-request'])
})

test('typing reaches the chat, once in two seconds; stopping at once', async () => {
  const [ada, bob, cy] = [
    await world.register('ada'),
    await world.register('bob'),
    await world.register('cy'),
  ]
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body
  await using socket = await ada.socket()
  await using other = await bob.socket()
  await using outside = await cy.socket()
  expect(await socket.command('typing', { chatId, typing: true })).toMatchObject({ ok: true, result: {} })
  const frame = await other.wait(({ type }) => type === 'typing')
  expect(frame).toEqual({ type: 'typing', chatId, userId: ada.userId })
  expect((await socket.command('typing', { chatId, typing: true })).error).toMatchObject({
    code: 'rate-limited',
    status: 429,
    retry: 'later',
    retryAfter: 2,
  })
  expect(await socket.command('typing', { chatId, typing: false })).toMatchObject({ ok: true })
  await other.wait(({ type, typing }) => type === 'typing' && typing === false)
  expect((await outside.command('typing', { chatId })).error).toMatchObject({ code: 'chat-not-found' })
  expect(await other.command('typing', { chatId })).toMatchObject({ ok: true })
})

test('a reader does not type', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'group', name: 'G' })).body
  await ada.call('PUT', `chats/${chatId}/members/${bob.userId}`, { role: 'reader' })
  await using socket = await bob.socket()
  expect((await socket.command('typing', { chatId })).error).toMatchObject({ code: 'forbidden' })
})

test('reports reach the administrators, who alone may list them', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const account = { handle: 'Root-Of-Parley', password: 'correct horse battery' }
  const { body: root } = await ada.call('POST', 'auth/register', account)
  expect(root.user.role).toBe('admin')
  const asRoot = async (path: string, method = 'GET') => {
    const headers = { authorization: `Bearer ${root.accessToken}` }
    const response = await fetch(`${world.apis[0]}/${path}`, { method, headers })
    return response.json() as Promise<never>
  }
  const { url } = await asRoot('negotiate', 'POST')
  await using socket = await openSocket(url)
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body
  const content = { type: 'text', text: 'You fool.' }
  await bob.call('POST', `chats/${chatId}/messages`, { clientMessageId: 'm1', content })
  const report = { reason: 'abuse', text: 'He insults me.', chatId, seq: 4 }
  const first = await ada.call('POST', 'reports', report)
  expect(first.status).toBe(201)
  const expected = {
    reportId: first.body.reportId,
    reporterId: ada.userId,
    ...report,
    message: { senderId: bob.userId, content },
    createdAt: first.body.createdAt,
  }
  expect(first.body).toEqual(expected)
  expect(await socket.wait(({ type }) => type === 'report')).toEqual({ type: 'report', ...expected })
  const again = await ada.call('POST', 'reports', report)
  expect([again.status, again.body]).toEqual([200, expected])
  const second = await ada.call('POST', 'reports', { reason: 'spam', userId: bob.userId })
  const page = await asRoot('reports?limit=1')
  expect(page).toEqual({ reports: [second.body], cursor: expect.any(String) })
  expect(await asRoot(`reports?limit=1&cursor=${(page as { cursor: string }).cursor}`)).toEqual({
    reports: [expected],
  })
  const refused = await ada.call('GET', 'reports')
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
})

test('only what the reporter can see is reported', async () => {
  const [ada, bob, cy] = [
    await world.register('ada'),
    await world.register('bob'),
    await world.register('cy'),
  ]
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body
  const code = async (who: Person, ask: object) => (await who.call('POST', 'reports', ask)).body.code
  expect(await code(cy, { reason: 'spam', chatId, seq: 1 })).toBe('chat-not-found')
  expect(await code(cy, { reason: 'spam', userId: 'nobody' })).toBe('user-not-found')
  expect(await code(ada, { reason: 'spam', chatId, seq: 1 })).toBe('invalid-request')
  expect(await code(ada, { reason: 'spam', chatId, seq: 99 })).toBe('invalid-request')
})
