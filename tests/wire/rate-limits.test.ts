import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({
    settings: {
      ...{ RATE_PER_SECOND: '1', RATE_BURST: '5' },
      ...{ SEARCH_RATE_PER_SECOND: '1', SEARCH_RATE_BURST: '6' },
      ...{ SYNC_RATE_PER_SECOND: '1', SYNC_RATE_BURST: '3' },
    },
  })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('one person changes only so much, over both ways in together; reading and other people are free', async () => {
  const [ada, bob] = [await world.register('ada'), await world.register('bob')]
  const { chatId } = (await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })).body
  await using socket = await ada.socket()
  const say = (id: number) => ({ clientMessageId: `m${id}`, content: { type: 'text', text: 'x' } })
  const codes: (string | undefined)[] = []
  let refused: Awaited<ReturnType<typeof ada.call>> | undefined
  for (let id = 0; id < 8; id++) {
    if (id % 2 === 0) {
      const { error } = await socket.command('messages.send', { chatId, ...say(id) })
      codes.push(error?.code)
    } else {
      const answer = await ada.call('POST', `chats/${chatId}/messages`, say(id))
      codes.push(answer.body.code)
      if (answer.status === 429) refused = answer
    }
  }
  // Opening the chat and asking for a socket took two of the five; a second or so may have passed.
  expect(codes.slice(0, 3)).toEqual([undefined, undefined, undefined])
  expect(codes).toContain('rate-limited')
  expect(refused?.body).toMatchObject({ status: 429, code: 'rate-limited', retry: 'later' })
  expect(refused?.headers.get('retry-after')).toBe('1')
  for (let i = 0; i < 10; i++) expect((await ada.call('GET', `chats/${chatId}/messages`)).status).toBe(200)
  expect((await bob.call('POST', `chats/${chatId}/messages`, say(9))).status).toBe(201)
})

test('searches of all kinds count together, over both ways in, and apart from everything else', async () => {
  const [cy, dan] = [await world.register('cy'), await world.register('dan')]
  const { chatId } = (await cy.call('POST', 'chats', { kind: 'direct', userId: dan.userId })).body
  await using socket = await cy.socket()
  const paths = [`chats/${chatId}/search?q=x`, 'search?q=x', 'users?q=x', 'chats/public?q=x']
  for (const path of paths) expect((await cy.call('GET', path)).status).toBe(200)
  const replies = []
  for (let i = 0; i < 6; i++) replies.push(await socket.command('users.search', { q: 'x' }))
  expect(replies.slice(0, 2).map(({ ok }) => ok)).toEqual([true, true])
  // A second or two may have passed, and given back as many.
  const { error } = replies.find(({ ok }) => !ok)!
  expect(error).toMatchObject({ status: 429, code: 'rate-limited', retry: 'later', retryAfter: 1 })
  expect((await cy.call('GET', `chats/${chatId}/messages`)).status).toBe(200)
  expect((await dan.call('GET', 'users?q=x')).status).toBe(200)
})

test('a client that catches up without end is told to wait, and then goes on', async () => {
  const eve = await world.register('eve')
  await using socket = await eve.socket()
  const replies = []
  for (let i = 0; i < 8; i++) replies.push(await socket.command('sync'))
  expect(replies.slice(0, 3).map(({ ok }) => ok)).toEqual([true, true, true])
  const { error } = replies.find(({ ok }) => !ok)!
  expect(error).toMatchObject({ status: 429, code: 'rate-limited', retryAfter: 1 })
  expect((await socket.command('users.search', { q: 'x' })).ok).toBe(true)
  while (!(await socket.command('sync')).ok);
})
