import { note, upload } from '../support/media.ts'
import type { Answer, Person } from '../support/person.ts'
import type { Frame, Socket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

// Edits, deletions and reactions, as two people and a latecomer see them through two hosts.
let world: World
beforeAll(async () => {
  world = await startWorld({ hosts: 2 })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const text = (value: string) => ({ type: 'text', text: value })
const say = (id: string, more: object = {}) => ({ clientMessageId: id, content: text(id), ...more })
const edit = (id: string, value: string, more: object = {}) => ({
  clientMessageId: id,
  content: text(value),
  ...more,
})

interface Group {
  ada: Person
  bob: Person
  chatId: string
  path: string
}

/** Ada's group with Bob, and her message `hello` at 4. */
async function group(): Promise<Group> {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members: [bob.userId] })
  const path = `chats/${body.chatId}`
  const sent = await ada.call('POST', `${path}/messages`, say('hello'))
  expect(sent.body.seq).toBe(4)
  return { ada, bob, chatId: body.chatId, path }
}

const codeOf = async (answer: Promise<Answer>) => {
  const { status, body } = await answer
  return [status, body.code]
}

const entryOf = (frame: Frame, type: string) =>
  frame.type === 'entries' && (frame.entries as { type: string }[]).find((entry) => entry.type === type)

const pushed = async (socket: Socket, type: string) =>
  entryOf(await socket.wait((frame) => Boolean(entryOf(frame, type))), type)

const chatOf = async (person: Person, chatId: string) => (await person.call('GET', `chats/${chatId}`)).body

test('an edit changes the message everywhere; asked for again it is the same edit', async () => {
  const { ada, bob, chatId, path } = await group()
  await using socket = await bob.socket()
  const first = await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'hello there'))
  expect(first).toMatchObject({
    status: 200,
    body: {
      type: 'edit',
      seq: 5,
      n: 1,
      target: 4,
      revision: 1,
      clientMessageId: 'e1',
      content: text('hello there'),
    },
  })
  expect(await pushed(socket, 'edit')).toEqual(first.body)
  const { body: message } = await bob.call('GET', `${path}/messages/4`)
  expect(message).toMatchObject({
    content: text('hello there'),
    revision: 1,
    editedAt: first.body.createdAt,
    clientMessageId: 'hello',
    reactions: {},
  })
  expect((await bob.call('GET', `${path}/messages`)).body.messages).toEqual([message])
  expect((await chatOf(bob, chatId)).head).toMatchObject({ seq: 5, n: 1, preview: 'hello there' })

  const again = await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'hello there'), 1)
  expect(again).toMatchObject({ status: 200, body: first.body })
  expect(await codeOf(ada.call('PATCH', `${path}/messages/4`, edit('e1', 'other')))).toEqual([
    409,
    'id-reused',
  ])
  const second = await ada.call('PATCH', `${path}/messages/4`, edit('e2', 'hello you'), 1)
  expect(second.body).toMatchObject({ seq: 6, revision: 2 })
  // Both entries show how the message reads now; what the first edit said is kept nowhere.
  const { body: log } = await bob.call('GET', `${path}/log?after=4`)
  expect(log.entries.map((e: { content: object }) => e.content)).toEqual([
    text('hello you'),
    text('hello you'),
  ])
  expect((await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'hello there'))).body).toMatchObject({
    seq: 5,
    content: text('hello you'),
  })
  expect((await ada.call('POST', `${path}/messages`, say('hello'))).body).toMatchObject({ seq: 4 })
})

test('what may not be edited', async () => {
  const { ada, bob, path } = await group()
  const other = (await ada.call('POST', `${path}/messages`, say('second'))).body.seq
  await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'x'))
  const tries = [
    bob.call('PATCH', `${path}/messages/4`, edit('b1', 'mine now')),
    ada.call('PATCH', `${path}/messages/1`, edit('e2', 'x')),
    ada.call('PATCH', `${path}/messages/99`, edit('e3', 'x')),
    ada.call('PATCH', `${path}/messages/${other}`, edit('e1', 'x')),
    ada.call('PATCH', `${path}/messages/4`, edit('second', 'x')),
    ada.call('PATCH', `${path}/messages/4`, {
      clientMessageId: 'e4',
      content: { type: 'image', attachmentId: 'a1', caption: 'x' },
    }),
    ada.call('PATCH', 'chats/nowhere/messages/4', edit('e5', 'x')),
  ]
  expect(await Promise.all(tries.map(codeOf))).toEqual([
    [403, 'forbidden'],
    [404, 'not-found'],
    [404, 'not-found'],
    [409, 'id-reused'],
    [409, 'id-reused'],
    [400, 'invalid-request'],
    [404, 'chat-not-found'],
  ])
})

test('media get another caption, or none; nothing else of them changes', async () => {
  const { ada, chatId, path } = await group()
  const content = { ...(await upload(ada, chatId, note())), caption: 'Draft' }
  const { body: sent } = await ada.call('POST', `${path}/messages`, { clientMessageId: 'f', content })
  const recaption = (id: string, more: object) => {
    const { caption: _, ...rest } = sent.content
    return ada.call('PATCH', `${path}/messages/${sent.seq}`, {
      clientMessageId: id,
      content: { ...rest, ...more },
    })
  }
  const { body: edited } = await recaption('e1', { caption: 'Final' })
  expect(edited.content).toEqual({ ...sent.content, caption: 'Final' })
  expect((await chatOf(ada, chatId)).head.preview).toBe('Final')
  const other = await recaption('e2', { name: 'virus.exe' })
  expect(other.body).toMatchObject({ code: 'invalid-request', errors: [{ path: 'content.name' }] })
  const { body: bare } = await recaption('e3', {})
  expect(bare.content).not.toHaveProperty('caption')
})

test('a deletion leaves nothing of what was said; the log stays whole', async () => {
  const { ada, bob, chatId, path } = await group()
  await using socket = await bob.socket()
  await bob.call('PUT', `${path}/messages/4/reactions/${encodeURIComponent('👍')}`)
  await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'my secret'))
  expect(await codeOf(bob.call('DELETE', `${path}/messages/4`))).toEqual([403, 'forbidden'])
  const gone = await ada.call('DELETE', `${path}/messages/4`)
  expect(gone).toMatchObject({ status: 200, body: { type: 'delete', seq: 7, n: 1, target: 4 } })
  expect(await pushed(socket, 'delete')).toEqual(gone.body)
  const { body: message } = await bob.call('GET', `${path}/messages/4`)
  expect(message).toEqual({
    chatId,
    seq: 4,
    n: 1,
    type: 'message',
    senderId: ada.userId,
    createdAt: message.createdAt,
    clientMessageId: 'hello',
    revision: 1,
    editedAt: message.editedAt,
    deletedAt: gone.body.createdAt,
    reactions: {},
  })
  const { body: log } = await bob.call('GET', `${path}/log`)
  expect(log.entries.map(({ type }: { type: string }) => type)).toEqual([
    'chat',
    'member',
    'member',
    'message',
    'reaction',
    'edit',
    'delete',
  ])
  expect(JSON.stringify([log, await chatOf(ada, chatId)])).not.toContain('secret')
  expect((await chatOf(ada, chatId)).head).toMatchObject({ seq: 7, n: 1, preview: '' })

  const again = await Promise.all([
    ada.call('DELETE', `${path}/messages/4`, undefined, 1),
    bob.call('DELETE', `${path}/messages/4`),
  ])
  expect(again.map(({ status, body }) => [status, body.seq])).toEqual([
    [200, 7],
    [200, 7],
  ])
  expect(await codeOf(ada.call('PATCH', `${path}/messages/4`, edit('e2', 'x')))).toEqual([
    409,
    'message-deleted',
  ])
  expect(await codeOf(ada.call('PUT', `${path}/messages/4/reactions/👍`))).toEqual([409, 'message-deleted'])
  const repeated = await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'my secret'))
  expect(repeated).toMatchObject({ status: 200, body: { seq: 6 } })
  expect(repeated.body).not.toHaveProperty('content')
})

test('an admin deletes what others said; both sides of a direct chat only their own', async () => {
  const { ada, bob, path } = await group()
  const theirs = (await bob.call('POST', `${path}/messages`, say('spam'))).body.seq
  const gone = await ada.call('DELETE', `${path}/messages/${theirs}`, { clientMessageId: 'd1' })
  expect(gone).toMatchObject({ status: 200, body: { target: theirs, clientMessageId: 'd1' } })
  const { body: direct } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  await bob.call('POST', `chats/${direct.chatId}/messages`, say('hi'))
  expect(await codeOf(ada.call('DELETE', `chats/${direct.chatId}/messages/4`))).toEqual([403, 'forbidden'])
  expect((await bob.call('DELETE', `chats/${direct.chatId}/messages/4`)).status).toBe(200)
})

test('reactions go on and off, over REST and over the socket; what is so already writes nothing', async () => {
  const { ada, bob, chatId, path } = await group()
  await using socket = await bob.socket()
  const thumb = `${path}/messages/4/reactions/${encodeURIComponent('👍')}`
  const on = await ada.call('PUT', thumb)
  expect(on).toMatchObject({
    status: 200,
    body: { type: 'reaction', seq: 5, n: 1, target: 4, emoji: '👍', on: true },
  })
  expect(await pushed(socket, 'reaction')).toEqual(on.body)
  expect((await ada.call('PUT', thumb, undefined, 1)).status).toBe(204)
  const react = (type: string, emoji: string) => socket.command(type, { chatId, seq: 4, emoji })
  expect(await react('messages.react', '👍')).toMatchObject({ ok: true, result: { seq: 6, on: true } })
  expect(await react('messages.react', '👩🏽‍🚀')).toMatchObject({ ok: true, result: { seq: 7 } })
  expect(await react('messages.react', '👩🏽‍🚀')).toMatchObject({ ok: true, result: {} })
  const { body: message } = await ada.call('GET', `${path}/messages/4`)
  expect(message.reactions).toEqual({ '👍': [ada.userId, bob.userId], '👩🏽‍🚀': [bob.userId] })
  expect((await ada.call('DELETE', thumb)).body).toMatchObject({ seq: 8, emoji: '👍', on: false })
  expect((await ada.call('DELETE', thumb)).status).toBe(204)
  expect(await react('messages.unreact', '👩🏽‍🚀')).toMatchObject({ ok: true, result: { seq: 9, on: false } })
  expect((await ada.call('GET', `${path}/messages`)).body.messages[0].reactions).toEqual({
    '👍': [bob.userId],
  })
  expect(await react('messages.react', 'ok')).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  expect(await codeOf(ada.call('PUT', `${path}/messages/2/reactions/👍`))).toEqual([404, 'not-found'])
})

test('many react at once through two hosts: every reaction counts once', async () => {
  const { ada, path } = await group()
  const emoji = [
    '😀',
    '😁',
    '😂',
    '🤣',
    '😃',
    '😄',
    '😅',
    '😆',
    '😉',
    '😊',
    '😋',
    '😎',
    '😍',
    '😘',
    '🥰',
    '😗',
  ]
  const put = (face: string, host: number) =>
    ada.call('PUT', `${path}/messages/4/reactions/${encodeURIComponent(face)}`, undefined, host)
  const answers = await Promise.all(emoji.flatMap((face) => [put(face, 0), put(face, 1)]))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 204]))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(16)
  const { body: log } = await ada.call('GET', `${path}/log?after=4`)
  expect(log.entries.map(({ seq }: { seq: number }) => seq)).toEqual(Array.from(emoji, (_, i) => 5 + i))
  const { body: message } = await ada.call('GET', `${path}/messages/4`)
  expect(Object.keys(message.reactions).sort()).toEqual([...emoji].sort())
  for (const face of ['🙂', '🤗', '🤩', '🤔']) await put(face, 0)
  expect(await codeOf(put('🤨', 1))).toEqual([409, 'limit-reached'])
  expect((await put('🤔', 1)).status).toBe(204)
})

test('who came later learns of an edit and not of what was said', async () => {
  const { ada, chatId, path } = await group()
  const cy = await world.register('cy')
  await ada.call('PUT', `${path}/members/${cy.userId}`, { role: 'member' })
  await using socket = await cy.socket()
  await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'before your time'))
  const entry = { type: 'edit', seq: 6, target: 4, revision: 1 }
  expect(await pushed(socket, 'edit')).toMatchObject(entry)
  const { body: log } = await cy.call('GET', `${path}/log`)
  expect(log.entries).toMatchObject([{ type: 'member' }, entry].slice(-log.entries.length))
  const synced = await socket.command('sync', { chats: { [chatId]: 5 } })
  expect(synced).toMatchObject({ result: { chats: [{ entries: [entry] }] } })
  expect(JSON.stringify([log, synced, socket.received])).not.toContain('before your time')
  expect(await codeOf(cy.call('GET', `${path}/messages/4`))).toEqual([404, 'not-found'])
  expect(await codeOf(cy.call('PUT', `${path}/messages/4/reactions/👍`))).toEqual([404, 'not-found'])
  // What everybody may see is pushed with what it says, and what only some may see can be asked for.
  const { body: sent } = await ada.call('POST', `${path}/messages`, say('for all'))
  await ada.call('PATCH', `${path}/messages/${sent.seq}`, edit('e2', 'for you all'))
  await socket.wait((frame) => JSON.stringify(frame).includes('for you all'))
  expect((await ada.call('GET', `${path}/log?after=5`)).body.entries[0].content).toEqual(
    text('before your time'),
  )
})

test('readers change nothing; the chat of others does not exist', async () => {
  const { ada, bob, path } = await group()
  const own = (await bob.call('POST', `${path}/messages`, say('bob'))).body.seq
  await ada.call('PUT', `${path}/members/${bob.userId}`, { role: 'reader' })
  const cy = await world.register('cy')
  const tries = [
    bob.call('PATCH', `${path}/messages/${own}`, edit('e1', 'x')),
    bob.call('DELETE', `${path}/messages/${own}`),
    bob.call('PUT', `${path}/messages/4/reactions/👍`),
    cy.call('GET', `${path}/messages/4`),
    cy.call('GET', `${path}/messages/99`),
    cy.call('DELETE', `${path}/messages/4`),
    cy.call('PUT', `${path}/messages/4/reactions/👍`),
  ]
  expect(await Promise.all(tries.map(codeOf))).toEqual([
    [403, 'forbidden'],
    [403, 'forbidden'],
    [403, 'forbidden'],
    [404, 'chat-not-found'],
    [404, 'chat-not-found'],
    [404, 'chat-not-found'],
    [404, 'chat-not-found'],
  ])
})

test('old state and events are fresh state: a client that was away applies what sync brings', async () => {
  const { ada, bob, chatId, path } = await group()
  const { body: before } = await bob.call('GET', `${path}/messages`)
  const messages = new Map<number, Record<string, unknown>>(
    before.messages.map((message: { seq: number }) => [message.seq, message]),
  )
  for (const id of ['a', 'b', 'c']) await ada.call('POST', `${path}/messages`, say(id))
  await ada.call('PATCH', `${path}/messages/4`, edit('e1', 'one'))
  await bob.call('PUT', `${path}/messages/5/reactions/👍`)
  await ada.call('PATCH', `${path}/messages/4`, edit('e2', 'two'))
  await ada.call('PUT', `${path}/messages/5/reactions/👍`)
  await ada.call('DELETE', `${path}/messages/6`)
  await bob.call('DELETE', `${path}/messages/5/reactions/👍`)
  await using socket = await bob.socket()
  const { result } = (await socket.command('sync', { chats: { [chatId]: 4 } })) as Frame & {
    // biome-ignore lint/suspicious/noExplicitAny: the test reads what the wire brings and compares it with literals
    result: any
  }
  for (const { chatId: _, ...entry } of result.chats[0].entries) {
    const target = messages.get(entry.target)!
    if (entry.type === 'message') messages.set(entry.seq, { ...entry, chatId, reactions: {} })
    if (entry.type === 'edit') {
      const { revision, content, createdAt: editedAt } = entry
      messages.set(entry.target, { ...target, revision, content, editedAt })
    }
    if (entry.type === 'delete') {
      const { content: _content, ...rest } = target
      messages.set(entry.target, { ...rest, deletedAt: entry.createdAt, reactions: {} })
    }
    if (entry.type === 'reaction') {
      const { '👍': users = [] } = target.reactions as Record<string, string[]>
      const now = entry.on ? [...users, entry.senderId] : users.filter((id) => id !== entry.senderId)
      messages.set(entry.target, { ...target, reactions: now.length > 0 ? { '👍': now } : {} })
    }
  }
  const { body: fresh } = await bob.call('GET', `${path}/messages`)
  // A message that was deleted before it was seen comes without content, and so without what is to be deleted.
  expect([...messages.values()]).toEqual(fresh.messages)
  expect(fresh.messages.map(({ content }: { content?: { text: string } }) => content?.text)).toEqual([
    'two',
    'a',
    undefined,
    'c',
  ])
})

test('ten edits at once through two hosts: each has its revision, and the last one stands', async () => {
  const { ada, path } = await group()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      ada.call('PATCH', `${path}/messages/4`, edit(`e${i}`, `text ${i}`), i % 2),
    ),
  )
  const byRevision = answers.map(({ body }) => body).sort((a, b) => a.revision - b.revision)
  expect(byRevision.map(({ revision, seq }) => [revision, seq])).toEqual(
    Array.from({ length: 10 }, (_, i) => [i + 1, i + 5]),
  )
  const { body: message } = await ada.call('GET', `${path}/messages/4`)
  const last = byRevision[9].clientMessageId.slice(1)
  expect(message).toMatchObject({ revision: 10, content: text(`text ${last}`) })
})

test('an edit and a deletion at the same instant: whoever was first, nothing that was said is left', async () => {
  const { ada, chatId, path } = await group()
  for (let round = 0; round < 5; round++) {
    const { body: sent } = await ada.call('POST', `${path}/messages`, say(`round ${round}`))
    const target = `${path}/messages/${sent.seq}`
    const [edited, deleted] = await Promise.all([
      ada.call('PATCH', target, edit(`e${round}`, `secret ${round}`), 0),
      ada.call('DELETE', target, undefined, 1),
    ])
    expect(deleted.status).toBe(200)
    expect([200, 409]).toContain(edited.status)
    expect((await ada.call('GET', target)).body).not.toHaveProperty('content')
  }
  const { body: log } = await ada.call('GET', `${path}/log`)
  expect(JSON.stringify([log, (await chatOf(ada, chatId)).head])).not.toContain('secret')
})

test('in a chat where two hundred messages come in at once, edits and reactions find their place', async () => {
  const { ada, bob, path } = await group()
  const sends = Array.from({ length: 200 }, (_, i) =>
    bob.call('POST', `${path}/messages`, say(`m${i}`), i % 2),
  )
  const changes = Array.from({ length: 6 }, (_, i) => [
    ada.call('PATCH', `${path}/messages/4`, edit(`e${i}`, `text ${i}`), i % 2),
    ada.call(
      'PUT',
      `${path}/messages/4/reactions/${['😀', '😁', '😂', '🤣', '😃', '😄'][i]}`,
      undefined,
      i % 2,
    ),
  ]).flat()
  expect(new Set((await Promise.all(changes)).map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set((await Promise.all(sends)).map(({ status }) => status))).toEqual(new Set([201]))
  const { body: tail } = await ada.call('POST', `${path}/messages`, say('last'))
  expect(tail).toMatchObject({ seq: 4 + 200 + 12 + 1, n: 202 })
})
