import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ada: Person
let bob: Person
let chatId: string
beforeAll(async () => {
  world = await startWorld()
  ada = await world.register('ada')
  bob = await world.register('bob')
  const stranger = await world.register('eve')
  chatId = (await ada.call('POST', 'chats', { kind: 'direct', userId: stranger.userId })).body.chatId
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const message = { clientMessageId: 'x', content: { type: 'text', text: 'x' } }

test.each([
  ['malformed JSON', '{"clientMessageId":', 400, 'invalid-request', ''],
  ['an array', '[]', 400, 'invalid-request', ''],
  ['an empty body', '', 400, 'invalid-request', 'clientMessageId'],
  ['a number for a string', { ...message, clientMessageId: 7 }, 400, 'invalid-request', 'clientMessageId'],
  [
    'an id that is too long',
    { ...message, clientMessageId: 'x'.repeat(65) },
    400,
    'invalid-request',
    'clientMessageId',
  ],
  ['empty text', { ...message, content: { type: 'text', text: '' } }, 400, 'invalid-request', 'content.text'],
  [
    'text that is too long',
    { ...message, content: { type: 'text', text: 'x'.repeat(8001) } },
    400,
    'invalid-request',
    'content.text',
  ],
  [
    'an unknown content type',
    { ...message, content: { type: 'smell' } },
    400,
    'invalid-request',
    'content.type',
  ],
  [
    'half a surrogate pair',
    '{"clientMessageId":"x","content":{"type":"text","text":"\\ud83d"}}',
    400,
    'invalid-request',
    'content.text',
  ],
  [
    'a field that is none in JavaScript',
    '{"clientMessageId":"x","content":{"type":"text","text":"x","__proto__":{}}}',
    400,
    'invalid-request',
    'content.__proto__',
  ],
  ['an unknown field', { ...message, colour: 'red' }, 400, 'invalid-request', 'colour'],
  [
    'an unknown field further down',
    { ...message, content: { type: 'text', text: 'x', bold: true } },
    400,
    'invalid-request',
    'content.bold',
  ],
  ['a sender of one’s own choice', { ...message, senderId: 'somebody' }, 400, 'invalid-request', 'senderId'],
  ['a negative hint', { ...message, lastSeq: -1 }, 400, 'invalid-request', 'lastSeq'],
  ['a reply to what is not there', { ...message, replyTo: 99 }, 400, 'invalid-request', 'replyTo'],
  ['a body over 64 KiB', { ...message, colour: 'x'.repeat(66_000) }, 413, 'too-large', undefined],
])('%s is refused over REST, and nothing is written', async (_what, body, status, code, path) => {
  const answer = await ada.call('POST', `chats/${chatId}/messages`, body)
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  if (path !== undefined && path !== '')
    expect(answer.body.errors.map((e: { path: string }) => e.path)).toContain(path)
  const log = await ada.call('GET', `chats/${chatId}/log?after=0`)
  expect(log.body.entries.at(-1).seq).toBe(3)
})

test.each([
  ['GET', 'chats/AAAAAAAAAAAAAAAAAAAAAA', 404, 'chat-not-found'],
  ['GET', 'chats/AAAAAAAAAAAAAAAAAAAAAA/messages', 404, 'chat-not-found'],
  ['GET', 'chats/not%20an%20id/messages', 400, 'invalid-request'],
  ['GET', 'chats?limit=1000', 400, 'invalid-request'],
  ['GET', 'chats?limit=ten', 400, 'invalid-request'],
  ['GET', 'users/nobody', 404, 'user-not-found'],
])('%s %s answers %i %s', async (method, path, status, code) => {
  const answer = await ada.call(method, path)
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
})

test('a chat of others does not exist: it can neither be read, written nor marked', async () => {
  for (const [method, path, body] of [
    ['GET', ''],
    ['GET', '/messages'],
    ['GET', '/log'],
    ['GET', '/members'],
    ['GET', '/receipts'],
    ['POST', '/messages', message],
    ['POST', '/read', { seq: 1 }],
    ['PUT', `/members/${'x'}`, { role: 'owner' }],
  ] as const) {
    const { status, body: problem } = await bob.call(method, `chats/${chatId}${path}`, body)
    expect({ path, status, code: problem.code }).toEqual(
      path === '/members/x'
        ? { path, status: 404, code: 'user-not-found' }
        : { path, status: 404, code: 'chat-not-found' },
    )
  }
  const log = await ada.call('GET', `chats/${chatId}/log?after=0`)
  expect(log.body.entries).toHaveLength(3)
})

test('whatever comes over the socket is answered, and the socket stays open', async () => {
  await using socket = await ada.socket()
  const code = async (answer: Promise<{ error?: { code: string } }>) => (await answer).error?.code
  expect(await code(socket.command('no.such.command'))).toBe('unknown-command')
  expect(await code(socket.command('auth.login', { login: 'a', password: 'b' }))).toBe('unknown-command')
  expect(await code(socket.command('messages.send', { chatId }))).toBe('invalid-request')
  expect(await code(socket.command('messages.send', { chatId, ...message, colour: 'red' }))).toBe(
    'invalid-request',
  )
  expect(await code(socket.command('messages.send', { chatId: 'AAAAAAAAAAAAAAAAAAAAAA', ...message }))).toBe(
    'chat-not-found',
  )
  expect(await code(socket.command('messages.send', { chatId, ...message, pad: 'x'.repeat(66_000) }))).toBe(
    'too-large',
  )
  const replies = () => socket.received.filter(({ type }) => type === 'reply').length
  for (const [event, dataType, data] of [
    ['command', 'text', '{"id":'],
    ['command', 'json', ['an', 'array']],
    ['command', 'json', { type: 'me.get' }],
    ['command', 'json', { id: { not: 'an id' }, type: 'me.get' }],
    ['gossip', 'json', { id: 'g', type: 'me.get' }],
  ] as const) {
    const before = replies()
    socket.sendEvent(event, dataType, data)
    await socket.wait(() => replies() > before)
    expect(socket.received.filter(({ type }) => type === 'reply').at(-1)).toMatchObject({
      ok: false,
      id: null,
    })
  }
  expect(await socket.command('me.get')).toMatchObject({ ok: true, result: { userId: ada.userId } })
})

test('events that our Web PubSub did not sign are refused', async () => {
  const post = (headers: Record<string, string>) =>
    fetch(`${world.apis[0]}/events`, { method: 'POST', headers, body: '{"id":"1","type":"me.get"}' })
  const event = {
    'ce-type': 'azure.webpubsub.user.command',
    'ce-connectionId': 'c1',
    'ce-userId': ada.userId,
  }
  for (const signature of [undefined, '', 'sha256=00', `sha256=${'0'.repeat(64)}`]) {
    const { status } = await post(signature === undefined ? event : { ...event, 'ce-signature': signature })
    expect(status).toBe(401)
  }
})

test('a cursor that nobody gave out is refused as invalid', async () => {
  for (const cursor of ['garbage', '{}', '[]', '{"rid":"x"}']) {
    const { body } = await ada.call('GET', `chats?cursor=${encodeURIComponent(cursor)}`)
    expect(body).toMatchObject({ status: 400, code: 'invalid-request' })
  }
  await using socket = await ada.socket()
  expect((await socket.command('sync', { since: 'c.garbage' })).error).toMatchObject({
    code: 'invalid-request',
  })
})

test('settings take no name that would be lost, and no nesting without end', async () => {
  const change = (custom: string) => ada.call('PATCH', 'users/me/settings', `{"custom":${custom}}`)
  expect((await change('{"__proto__":1}')).body).toMatchObject({
    code: 'invalid-request',
    errors: [{ path: 'custom.__proto__', message: 'is not a known field' }],
  })
  const deep = await change(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)
  expect([deep.status, deep.body.code]).toEqual([400, 'invalid-request'])
  expect((await change('{"constructor":1}')).body.custom).toEqual({ constructor: 1 })
})

test('a command that says what nobody can take is answered under its id', async () => {
  await using socket = await ada.socket()
  socket.sendEvent('command', 'text', '{"id":"odd","type":"chats.get","chatId":"\\ud800"}')
  const reply = await socket.wait(({ id }) => id === 'odd')
  expect(reply).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
})
