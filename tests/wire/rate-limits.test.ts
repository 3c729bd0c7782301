import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ settings: { RATE_PER_SECOND: '1', RATE_BURST: '5' } })
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
