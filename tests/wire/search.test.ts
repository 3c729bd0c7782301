import type { Answer, Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

// Finding messages by their words, in one chat and in all, by whoever may see them.
let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const text = (value: string) => ({ type: 'text', text: value })
let sent = 0
const say = async (person: Person, chatId: string, value: string): Promise<number> => {
  const message = { clientMessageId: `m${++sent}`, content: text(value) }
  return (await person.call('POST', `chats/${chatId}/messages`, message)).body.seq
}
const group = async (ada: Person, name: string, ...members: Person[]): Promise<string> => {
  const userIds = members.map(({ userId }) => userId)
  return (await ada.call('POST', 'chats', { kind: 'group', name, members: userIds })).body.chatId
}

const find = (person: Person, chatId: string, q: string, more = '') =>
  person.call('GET', `chats/${chatId}/search?q=${encodeURIComponent(q)}${more}`)
const findAll = (person: Person, q: string, more = '') =>
  person.call('GET', `search?q=${encodeURIComponent(q)}${more}`)

const seqsOf = ({ body }: Answer): number[] => body.messages.map(({ seq }: { seq: number }) => seq)
const textsOf = ({ body }: Answer): string[] =>
  body.messages.map(({ content }: { content: { text: string } }) => content.text)

test('all of the words, in any order and form; in quotes in a row; newest first', async () => {
  const ada = await world.register('ada')
  const chatId = await group(ada, 'Bicycles')
  const texts = [
    'The red bicycle is in the garage',
    'Helmets are not optional',
    'red helmet, green bicycle',
    'A garage for bicycles, RED ones',
  ]
  const [first, second, third, fourth] = await Promise.all(texts.map((value) => say(ada, chatId, value)))
  const seqs = async (q: string) => seqsOf(await find(ada, chatId, q)).sort((a, b) => a - b)
  const sorted = (...some: (number | undefined)[]) => some.sort((a, b) => a! - b!)
  expect(await seqs('bicycle red')).toEqual(sorted(first, third, fourth))
  expect(await seqs('"red bicycle"')).toEqual([first])
  expect(await seqs('helmet')).toEqual(sorted(second, third))
  expect(await seqs('helmet garage')).toEqual([])
  const { status, body } = await find(ada, chatId, 'optional')
  expect([status, body]).toMatchObject([
    200,
    {
      messages: [
        { chatId, seq: second, type: 'message', content: text('Helmets are not optional'), reactions: {} },
      ],
    },
  ])
  expect(body).not.toHaveProperty('cursor')
})

test('in pages; what is edited is found as it reads, what is deleted or cleared is not', async () => {
  const [ada, bob] = await Promise.all([world.register('ada'), world.register('bob')])
  const chatId = await group(ada, 'G', bob)
  const seqs: number[] = []
  for (let i = 1; i <= 5; i++) seqs.push(await say(ada, chatId, `needle ${i}`))
  const page = await find(ada, chatId, 'needle', '&limit=2')
  expect(seqsOf(page)).toEqual([seqs[4], seqs[3]])
  const next = await find(ada, chatId, 'needle', `&limit=2&cursor=${page.body.cursor}`)
  expect(seqsOf(next)).toEqual([seqs[2], seqs[1]])
  const last = await find(ada, chatId, 'needle', `&limit=2&cursor=${next.body.cursor}`)
  expect([seqsOf(last), last.body.cursor]).toEqual([[seqs[0]], undefined])

  const path = `chats/${chatId}/messages`
  await ada.call('PATCH', `${path}/${seqs[4]}`, { clientMessageId: 'e1', content: text('haystack') })
  await ada.call('DELETE', `${path}/${seqs[3]}`)
  await bob.call('DELETE', `${path}?through=${seqs[0]}`)
  expect(seqsOf(await find(ada, chatId, 'haystack'))).toEqual([seqs[4]])
  expect(seqsOf(await find(ada, chatId, 'needle'))).toEqual([seqs[2], seqs[1], seqs[0]])
  expect(seqsOf(await find(bob, chatId, 'needle'))).toEqual([seqs[2], seqs[1]])
  expect(seqsOf(await findAll(bob, 'needle'))).toEqual([seqs[2], seqs[1]])
  await ada.call('DELETE', `${path}?for=everyone`)
  for (const person of [ada, bob]) {
    expect(seqsOf(await find(person, chatId, 'needle'))).toEqual([])
    expect(seqsOf(await findAll(person, 'needle'))).toEqual([])
  }
})

test('who came later finds nothing from before, who left nothing at all, and nobody what is others’', async () => {
  const [ada, bob, eve] = await Promise.all(['ada', 'bob', 'eve'].map((name) => world.register(name)))
  const chatId = await group(ada!, 'G')
  await say(ada!, chatId, 'early secret')
  await ada!.call('PUT', `chats/${chatId}/members/${bob!.userId}`, { role: 'member' })
  const late = await say(ada!, chatId, 'late secret')
  expect(seqsOf(await find(bob!, chatId, 'secret'))).toEqual([late])
  expect(seqsOf(await findAll(bob!, 'secret'))).toEqual([late])
  expect(seqsOf(await findAll(eve!, 'secret'))).toEqual([])
  expect((await find(eve!, chatId, 'secret')).body).toMatchObject({ status: 404, code: 'chat-not-found' })
  await bob!.call('DELETE', `chats/${chatId}/members/${bob!.userId}`)
  expect(seqsOf(await findAll(bob!, 'secret'))).toEqual([])
})

test('across one’s chats: newest first, page by page, over the socket as well', async () => {
  const ada = await world.register('ada')
  const chats = await Promise.all(['A', 'B', 'C'].map((name) => group(ada, name)))
  for (let i = 1; i <= 7; i++) await say(ada, chats[i % 3]!, `stone number${i}`)
  const expected = [7, 6, 5, 4, 3, 2, 1].map((i) => `stone number${i}`)
  expect(textsOf(await findAll(ada, 'stone'))).toEqual(expected)
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = await findAll(ada, 'stone', `&limit=3${cursor ? `&cursor=${cursor}` : ''}`)
    found.push(...textsOf(page))
    cursor = page.body.cursor
  } while (cursor)
  expect(found).toEqual(expected)
  await using socket = await ada.socket()
  const reply = await socket.command('search', { q: 'number3' })
  expect(reply).toMatchObject({ ok: true, result: { messages: [{ content: text('stone number3') }] } })
})

test('many at the same instant: each is found once', async () => {
  const ada = await world.register('ada')
  const chatId = await group(ada, 'G')
  await Promise.all(Array.from({ length: 40 }, (_, i) => say(ada, chatId, `flood drop${i}`)))
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = await findAll(ada, 'flood', `&limit=7${cursor ? `&cursor=${cursor}` : ''}`)
    found.push(...textsOf(page))
    cursor = page.body.cursor
  } while (cursor)
  expect(found.sort()).toEqual(Array.from({ length: 40 }, (_, i) => `flood drop${i}`).sort())
})

test('a hundred and thirty chats: a rare word is found in the last of them', async () => {
  const ada = await world.register('ada')
  const oldest = await group(ada, 'Oldest')
  await say(ada, oldest, 'quaint rarity')
  for (let i = 0; i < 129; i += 10) {
    await Promise.all(Array.from({ length: Math.min(10, 129 - i) }, () => group(ada, 'G')))
  }
  const { body } = await findAll(ada, 'rarity')
  expect(body.messages).toMatchObject([{ chatId: oldest, content: text('quaint rarity') }])
  expect(body).not.toHaveProperty('cursor')
})

test('captions and names of files, by their parts', async () => {
  const ada = await world.register('ada')
  const chatId = await group(ada, 'G')
  const file = { name: 'trip_map-2024.pdf', contentType: 'application/pdf', size: 3 }
  const { body: upload } = await ada.call('POST', `chats/${chatId}/attachments`, file)
  await fetch(upload.uploadUrl, { method: 'PUT', headers: upload.headers, body: 'pdf' })
  const content = { type: 'file', attachmentId: upload.attachmentId, ...file, caption: 'Where we went' }
  const { body } = await ada.call('POST', `chats/${chatId}/messages`, { clientMessageId: 'f1', content })
  for (const q of ['map', '2024', 'trip_map-2024.pdf', 'went pdf']) {
    expect((await find(ada, chatId, q)).body.messages).toEqual([{ ...body, reactions: {} }])
  }
  const caption = { type: 'file', attachmentId: upload.attachmentId, caption: 'Elsewhere' }
  await ada.call('PATCH', `chats/${chatId}/messages/${body.seq}`, { clientMessageId: 'e1', content: caption })
  expect(seqsOf(await find(ada, chatId, 'went'))).toEqual([])
  expect(seqsOf(await find(ada, chatId, 'elsewhere'))).toEqual([body.seq])
})

test('what is not a search', async () => {
  const ada = await world.register('ada')
  const chatId = await group(ada, 'G')
  const tries = [
    find(ada, chatId, ''),
    find(ada, chatId, '?!'),
    find(ada, chatId, 'a b c d e f g h i j k'),
    find(ada, chatId, 'x'.repeat(201)),
    find(ada, chatId, 'x', '&cursor=abc'),
    find(ada, chatId, 'x', '&limit=51'),
    ada.call('GET', `chats/${chatId}/search`),
    findAll(ada, 'x', '&cursor=abc'),
    findAll(ada, 'x', `&cursor=${Buffer.from('["bad",null]').toString('base64url')}`),
  ]
  const codes = (await Promise.all(tries)).map(({ body }) => [body.code, body.errors?.[0]?.path])
  expect(codes).toEqual([
    ['invalid-request', 'q'],
    ['invalid-request', 'q'],
    ['invalid-request', 'q'],
    ['invalid-request', 'q'],
    ['invalid-request', 'cursor'],
    ['invalid-request', 'limit'],
    ['invalid-request', 'q'],
    ['invalid-request', 'cursor'],
    ['invalid-request', 'cursor'],
  ])
})
