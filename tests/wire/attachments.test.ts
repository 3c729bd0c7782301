import { announce, note, picture, png, put, upload } from '../support/media.ts'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ada: Person
let bob: Person
let eve: Person
let chatId: string
beforeAll(async () => {
  world = await startWorld({ settings: { ATTACHMENT_LIMITS: '{"audio":1000}' } })
  ;[ada, bob, eve] = await Promise.all([world.register('ada'), world.register('bob'), world.register('eve')])
  chatId = await group('Gallery', [bob.userId])
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

async function group(name: string, members: string[] = []): Promise<string> {
  return (await ada.call('POST', 'chats', { kind: 'group', name, members })).body.chatId
}

const send = (person: Person, id: string, content: object, chat = chatId) =>
  person.call('POST', `chats/${chat}/messages`, { clientMessageId: id, content })

/** Follows to the bytes as a browser does. */
async function download(person: Person, attachmentId: string, chat = chatId) {
  const { status, body } = await person.call(
    'GET',
    `chats/${chat}/attachments/${attachmentId}?redirect=false`,
  )
  return status === 200 ? fetch(body.url) : undefined
}

test('an image goes to the storage and into a message, with its size in pixels; every member gets its bytes', async () => {
  await using socket = await bob.socket()
  const file = picture(31, 17)
  const { status, body: asked } = await announce(ada, chatId, file)
  expect(status).toBe(201)
  expect(asked).toEqual({
    attachmentId: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    uploadUrl: expect.stringContaining(`/media/${chatId}/`),
    headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'image/png' },
    expiresAt: expect.stringMatching(/^20.*Z$/),
  })
  expect((await put(asked, file.bytes)).status).toBe(201)
  const content = {
    type: 'image',
    attachmentId: asked.attachmentId,
    name: 'picture.png',
    contentType: 'image/png',
    size: file.bytes.length,
    caption: 'Look',
    placeholder: '3OcRJYB4d3h/iIeHeEh3eIhw+j2w',
  }
  const sent = await send(ada, 'image-1', content)
  expect(sent.status).toBe(201)
  expect(sent.body.content).toEqual({ ...content, width: 31, height: 17 })
  const pushed = await socket.wait(({ type }) => type === 'entries')
  expect(pushed.entries).toMatchObject([{ content: { attachmentId: asked.attachmentId, width: 31 } }])
  const again = await send(ada, 'image-1', content)
  expect([again.status, again.body]).toEqual([200, sent.body])

  const response = await fetch(`${world.apis[0]}/chats/${chatId}/attachments/${asked.attachmentId}`, {
    headers: { authorization: `Bearer ${bob.accessToken}` },
    redirect: 'manual',
  })
  expect(response.status).toBe(302)
  expect(response.headers.get('cache-control')).toBe('no-store')
  const bytes = await fetch(response.headers.get('location')!)
  expect(bytes.headers.get('content-type')).toBe('image/png')
  expect(bytes.headers.get('content-disposition')).toBe(
    `inline; filename="picture.png"; filename*=UTF-8''picture.png`,
  )
  expect(Buffer.from(await bytes.arrayBuffer())).toEqual(file.bytes)
  const { body: chat } = await bob.call('GET', `chats/${chatId}`)
  expect(chat.head.preview).toBe('Look')
})

test('over the socket a message carries an attachment as well', async () => {
  await using socket = await ada.socket()
  const content = await upload(ada, chatId, note())
  const { result } = await socket.command('messages.send', { chatId, clientMessageId: 's1', content })
  expect(result).toMatchObject({ content })
})

test('an upload address creates, and neither overwrites, reads nor deletes; the container is closed', async () => {
  const { body } = await announce(ada, chatId, note('first'))
  expect((await put(body, Buffer.from('first'))).status).toBe(201)
  const second = await put(body, Buffer.from('other'))
  expect([403, 409]).toContain(second.status)
  expect((await fetch(body.uploadUrl)).status).toBe(403)
  expect((await fetch(body.uploadUrl, { method: 'DELETE' })).status).toBe(403)
  expect((await fetch(body.uploadUrl.split('?')[0])).status).toBeGreaterThanOrEqual(400)
})

test('only who may write in the chat may upload', async () => {
  const bystanders = await group('Readers', [])
  await ada.call('PUT', `chats/${bystanders}/members/${bob.userId}`, { role: 'reader' })
  expect((await announce(bob, bystanders, note())).body).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await announce(eve, bystanders, note())).body).toMatchObject({
    status: 404,
    code: 'chat-not-found',
  })
})

test.each([
  ['an image', 'image/png', 20 * 1024 * 1024],
  ['a video', 'video/mp4', 200 * 1024 * 1024],
  ['an audio, by a setting', 'audio/webm; codecs=opus', 1000],
  ['a file', 'application/zip', 100 * 1024 * 1024],
])('%s may be so large and no larger', async (_, contentType, most) => {
  const ask = (size: number) =>
    ada.call('POST', `chats/${chatId}/attachments`, { name: 'a', contentType, size })
  expect((await ask(most)).status).toBe(201)
  expect((await ask(most + 1)).body).toMatchObject({ status: 413, code: 'too-large', retry: 'never' })
})

test.each([
  ['multipart/form-data', 415, 'unsupported-type'],
  ['message/rfc822', 415, 'unsupported-type'],
  ['nonsense', 400, 'invalid-request'],
  ['text/html\r\nx: y', 400, 'invalid-request'],
])('a file of type %j is not taken', async (contentType, status, code) => {
  const { body } = await ada.call('POST', `chats/${chatId}/attachments`, { name: 'a', contentType, size: 1 })
  expect(body).toMatchObject({ status, code })
})

test('the same clientRequestId: the same attachment, or a refusal', async () => {
  const first = await announce(ada, chatId, note('one'), { clientRequestId: 'r1' })
  const again = await announce(ada, chatId, note('one'), { clientRequestId: 'r1' })
  expect([first.status, again.status]).toEqual([201, 200])
  expect(again.body.attachmentId).toBe(first.body.attachmentId)
  expect((await announce(bob, chatId, note('one'), { clientRequestId: 'r1' })).body.attachmentId).not.toBe(
    first.body.attachmentId,
  )
  const other = await announce(ada, chatId, note('three'), { clientRequestId: 'r1' })
  expect(other.body).toMatchObject({ status: 409, code: 'id-reused' })
})

test('a message before its upload is told to wait, and goes through afterwards under the same id', async () => {
  const { body } = await announce(ada, chatId, note('later'))
  const content = {
    type: 'file',
    attachmentId: body.attachmentId,
    name: 'note.txt',
    contentType: 'text/plain',
    size: 5,
  }
  const early = await send(ada, 'early', content)
  expect(early.body).toMatchObject({ status: 409, code: 'attachment-missing', retry: 'same-id' })
  await put(body, Buffer.from('later'))
  expect((await send(ada, 'early', content)).status).toBe(201)
})

describe('what was stored decides', () => {
  async function stored(
    bytes: Uint8Array,
    said: { contentType: string; size?: number; headers?: object },
    type: string,
  ) {
    const { contentType, size = bytes.length, headers } = said
    const { body } = await ada.call('POST', `chats/${chatId}/attachments`, { name: 'x', contentType, size })
    await put({ ...body, headers: { ...body.headers, ...headers } }, bytes)
    const content = { type, attachmentId: body.attachmentId, name: 'x', contentType, size }
    return (await send(ada, body.attachmentId, content)).body
  }
  const refused = { status: 409, code: 'attachment-mismatch', retry: 'never' }

  test('another size', async () => {
    expect(await stored(Buffer.from('four'), { contentType: 'text/plain', size: 3 }, 'file')).toMatchObject(
      refused,
    )
  })
  test('another content type', async () => {
    const headers = { 'content-type': 'text/html' }
    expect(await stored(Buffer.from('x'), { contentType: 'text/plain', headers }, 'file')).toMatchObject(
      refused,
    )
  })
  test('an encoding', async () => {
    const headers = { 'x-ms-blob-content-encoding': 'gzip' }
    expect(await stored(Buffer.from('x'), { contentType: 'text/plain', headers }, 'file')).toMatchObject(
      refused,
    )
  })
  test('an image that is none', async () => {
    expect(await stored(Buffer.from('<svg/>'), { contentType: 'image/png' }, 'image')).toMatchObject(refused)
  })
  test('an image of another kind', async () => {
    expect(await stored(png(1, 1), { contentType: 'image/jpeg' }, 'image')).toMatchObject(refused)
  })
  test('SVG is a file, and no image', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    expect(await stored(svg, { contentType: 'image/svg+xml' }, 'image')).toMatchObject({
      ...refused,
      errors: [{ path: 'content.type', message: 'cannot be of type image/svg+xml' }],
    })
    expect(await stored(svg, { contentType: 'image/svg+xml' }, 'file')).toMatchObject({ type: 'message' })
  })
  test('a text is no video', async () => {
    expect(await stored(Buffer.from('x'), { contentType: 'text/plain' }, 'video')).toMatchObject(refused)
  })
  test('a picture may go as a file', async () => {
    const entry = await stored(png(2, 2), { contentType: 'image/png' }, 'file')
    expect(entry.content).not.toHaveProperty('width')
  })
})

test('an attachment goes into one message of its uploader in its chat, and into no other', async () => {
  const content = await upload(ada, chatId, note('mine'))
  expect((await send(bob, 'm', content)).body).toMatchObject({ status: 404, code: 'not-found' })
  expect((await send(eve, 'm', content)).body).toMatchObject({ status: 404, code: 'chat-not-found' })
  const elsewhere = await group('Elsewhere')
  expect((await send(ada, 'm', content, elsewhere)).body).toMatchObject({ status: 404, code: 'not-found' })
  expect((await send(ada, 'm', { ...content, name: 'other.txt' })).body).toMatchObject({
    code: 'attachment-mismatch',
    errors: [{ path: 'content.name', message: 'is not what was said before the upload' }],
  })
  const twice = await Promise.all([send(ada, 'one', content), send(ada, 'two', content)])
  expect(twice.map(({ status }) => status).sort()).toEqual([201, 409])
  expect(twice.find(({ status }) => status === 409)!.body).toMatchObject({
    code: 'attachment-used',
    retry: 'never',
  })
  const winner = twice[0].status === 201 ? 'one' : 'two'
  expect((await send(ada, winner, { ...content, caption: 'new' })).body).toMatchObject({ code: 'id-reused' })
})

test('the same message ten times at once is one message', async () => {
  const content = await upload(ada, chatId, picture(), 'image')
  const sent = await Promise.all(Array.from({ length: 10 }, () => send(ada, 'ten', content)))
  expect(sent.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
  expect(new Set(sent.map(({ body }) => body.seq)).size).toBe(1)
})

test('what could run a script is saved, never shown; a name is kept as it is', async () => {
  const cases = [
    ['page.html', 'text/html', 'attachment', 'application/octet-stream'],
    ['draw.svg', 'image/svg+xml', 'attachment', 'application/octet-stream'],
    ['feed.xml', 'application/xml', 'attachment', 'application/octet-stream'],
    ['doc.xhtml', 'application/xhtml+xml', 'attachment', 'application/octet-stream'],
    ['paper.pdf', 'application/pdf', 'inline', 'application/pdf'],
    ['note.txt', 'text/plain', 'inline', 'text/plain'],
  ]
  for (const [name = '', contentType = '', shown, served] of cases) {
    const content = await upload(ada, chatId, { name, contentType, bytes: Buffer.from('<x/>') })
    await send(ada, content.attachmentId, content)
    const response = await download(ada, content.attachmentId)
    expect(response!.headers.get('content-disposition')).toBe(
      `${shown}; filename="${name}"; filename*=UTF-8''${name}`,
    )
    expect(response!.headers.get('content-type')).toBe(served)
  }
  const content = await upload(ada, chatId, note('x', 'Grüße "für" dich; 😀.txt'))
  await send(ada, content.attachmentId, content)
  expect((await download(bob, content.attachmentId))!.headers.get('content-disposition')).toBe(
    `inline; filename="Gr__e _f_r_ dich; __.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22f%C3%BCr%22%20dich%3B%20%F0%9F%98%80.txt`,
  )
})

test('an attachment is for those who may see its message', async () => {
  const chat = await group('History', [bob.userId])
  const before = await upload(ada, chat, note('before'))
  await send(ada, 'before', before, chat)
  await ada.call('PUT', `chats/${chat}/members/${eve.userId}`, { role: 'member' })
  const unsent = await upload(ada, chat, note('unsent'))
  const get = async (person: Person, id: string) =>
    (await person.call('GET', `chats/${chat}/attachments/${id}?redirect=false`)).body
  expect(await get(bob, before.attachmentId)).toEqual({
    url: expect.stringContaining('sig='),
    expiresAt: expect.any(String),
  })
  expect(await get(eve, before.attachmentId)).toMatchObject({ status: 404, code: 'not-found' })
  expect(await get(ada, unsent.attachmentId)).toMatchObject({ status: 404, code: 'not-found' })
  expect(await get(ada, 'nothing')).toMatchObject({ status: 404, code: 'not-found' })
  await ada.call('DELETE', `chats/${chat}/members/${bob.userId}`)
  expect(await get(bob, before.attachmentId)).toMatchObject({ status: 404, code: 'chat-not-found' })
  expect((await eve.call('GET', `chats/${chat}/attachments`)).body).toEqual({ attachments: [] })
  expect((await bob.call('GET', `chats/${chat}/attachments`)).body).toMatchObject({ code: 'chat-not-found' })
})

test('the list: newest first, by type, in pages', async () => {
  const chat = await group('Listed')
  for (const [id, file, type] of [
    ['1', picture(1, 1), 'image'],
    ['2', note(), 'file'],
    ['3', picture(2, 2), 'image'],
    ['4', picture(3, 3), 'file'],
  ] as const)
    await send(ada, id, await upload(ada, chat, file, type), chat)
  await send(ada, 'text', { type: 'text', text: 'no attachment' }, chat)
  const list = async (query = '') => (await ada.call('GET', `chats/${chat}/attachments${query}`)).body
  const all = await list()
  expect(all.attachments.map(({ seq }: { seq: number }) => seq)).toEqual([6, 5, 4, 3])
  expect(all).not.toHaveProperty('cursor')
  expect(all.attachments[1]).toEqual({
    attachmentId: expect.any(String),
    seq: 5,
    senderId: ada.userId,
    createdAt: expect.any(String),
    type: 'image',
    name: 'picture.png',
    contentType: 'image/png',
    size: png(2, 2).length,
    width: 2,
    height: 2,
  })
  const seqs = ({ attachments }: { attachments: { seq: number }[] }) => attachments.map(({ seq }) => seq)
  expect(seqs(await list('?type=image'))).toEqual([5, 3])
  expect(seqs(await list('?type=video'))).toEqual([])
  const first = await list('?limit=3')
  expect(seqs(first)).toEqual([6, 5, 4])
  expect(seqs(await list(`?limit=3&cursor=${first.cursor}`))).toEqual([3])
  expect(await list('?cursor=abc')).toMatchObject({ code: 'invalid-request', errors: [{ path: 'cursor' }] })
})

test('a deleted message takes its bytes along; sent again it is still the same message', async () => {
  const content = await upload(ada, chatId, picture(), 'image')
  const { body: entry } = await send(ada, 'doomed', content)
  const { url } = (
    await bob.call('GET', `chats/${chatId}/attachments/${content.attachmentId}?redirect=false`)
  ).body
  expect((await fetch(url)).status).toBe(200)
  expect((await ada.call('DELETE', `chats/${chatId}/messages/${entry.seq}`)).status).toBe(200)
  expect((await fetch(url)).status).toBe(404)
  expect(await download(ada, content.attachmentId)).toBeUndefined()
  const { body: list } = await ada.call('GET', `chats/${chatId}/attachments?limit=100`)
  expect(JSON.stringify(list)).not.toContain(content.attachmentId)
  const again = await send(ada, 'doomed', content)
  expect(again).toMatchObject({ status: 200, body: { seq: entry.seq } })
  expect((await send(ada, 'another', content)).body).toMatchObject({ status: 404, code: 'not-found' })
})

test('a caption is edited, and the list shows it', async () => {
  const content = await upload(ada, chatId, picture(4, 4), 'image')
  const { body: entry } = await send(ada, 'captioned', { ...content, caption: 'old' })
  const { attachmentId } = content
  const edited = await ada.call('PATCH', `chats/${chatId}/messages/${entry.seq}`, {
    clientMessageId: 'caption-2',
    content: { type: 'image', attachmentId, caption: 'new' },
  })
  expect(edited.body).toMatchObject({ content: { attachmentId, caption: 'new', width: 4 } })
  const { body } = await bob.call('GET', `chats/${chatId}/attachments?limit=1`)
  expect(body.attachments).toMatchObject([{ attachmentId, caption: 'new', width: 4, height: 4 }])
})
