// Bots among people: who is asked, and by what.
import type { Person } from '../support/person.ts'
import type { Socket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

const BOTS = JSON.stringify([
  { botId: 'assistant', displayName: 'Assistant', provider: 'gemini', model: 'gemini-a' },
  { botId: 'critic', displayName: 'Critic', provider: 'gemini', model: 'gemini-b' },
])
let world: World
let ada: Person
let bob: Person
beforeAll(async () => {
  world = await startWorld({ settings: { BOTS } })
  ada = await world.register('ada')
  bob = await world.register('bob')
  world.ai.script({ model: 'gemini-a', reply: 'The assistant speaks.' })
  world.ai.script({ model: 'gemini-b', reply: 'The critic speaks.' })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

interface Group {
  chatId: string
  socket: Socket
  say(text: string, more?: object): Promise<number>
  /** Seq and sender of each message. */
  said(): Promise<string[]>
  ended(replySeq: number): Promise<unknown>
}

async function group(): Promise<Group> {
  const members = [bob.userId, 'assistant', 'critic']
  const { body } = await ada.call('POST', 'chats', { kind: 'group', name: 'G', members })
  const path = `chats/${body.chatId}/messages`
  const socket = await ada.socket()
  return {
    chatId: body.chatId,
    socket,
    async say(text, more = {}) {
      const answer = await ada.call('POST', path, {
        clientMessageId: text,
        content: { type: 'text', text },
        ...more,
      })
      return answer.body.seq
    },
    said: async () =>
      (await ada.call('GET', path)).body.messages.map(
        ({ seq, senderId }: { seq: number; senderId: string }) =>
          `${seq} ${senderId === ada.userId ? 'ada' : senderId}`,
      ),
    ended: (replySeq) => socket.wait((frame) => frame.type === 'run.ended' && frame.replySeq === replySeq),
  }
}

test('a bot answers when it is named or replied to; bots do not answer each other', async () => {
  const { say, said, ended, socket } = await group()
  await using _ = socket
  const before = world.ai.stats().started
  const first = await say('Nobody in particular')
  const named = await say('What does the assistant say?', { mentions: ['assistant'] })
  expect([first, named]).toEqual([6, 7])
  expect(await ended(8)).toMatchObject({ botId: 'assistant', state: 'done' })
  await say('Are you sure?', { replyTo: 8 })
  expect(await ended(10)).toMatchObject({ botId: 'assistant', state: 'done' })
  await say('And both of you?', { mentions: ['critic', 'assistant', bob.userId] })
  await ended(12)
  await ended(13)
  expect(await said()).toEqual([
    '6 ada',
    '7 ada',
    '8 assistant',
    '9 ada',
    '10 assistant',
    '11 ada',
    expect.stringMatching(/^12 (assistant|critic)$/),
    expect.stringMatching(/^13 (assistant|critic)$/),
  ])
  expect(world.ai.stats().started - before).toBe(4)
})

test('what is done to an old message asks no bot: no edit that names one, no reaction, no edit of a prompt', async () => {
  const { chatId, say, said, ended, socket } = await group()
  await using _ = socket
  const plain = await say('Just people')
  await say('Ask', { mentions: ['critic'] })
  await ended(8)
  const before = world.ai.stats().started
  const edit = (seq: number, text: string, mentions: string[]) =>
    ada.call('PATCH', `chats/${chatId}/messages/${seq}`, {
      clientMessageId: text,
      content: { type: 'text', text },
      mentions,
    })
  expect((await edit(plain, 'Now with a name', ['assistant'])).body).toMatchObject({ type: 'edit', seq: 9 })
  expect((await edit(7, 'Asked differently', ['critic', 'assistant'])).body).toMatchObject({ seq: 10 })
  const emoji = encodeURIComponent('👍')
  await ada.call('PUT', `chats/${chatId}/messages/7/reactions/${emoji}`)
  await ada.call('PUT', `chats/${chatId}/messages/8/reactions/${emoji}`)
  await say('The last word', { mentions: ['assistant'] })
  await ended(14)
  expect(await said()).toEqual(['6 ada', '7 ada', '8 critic', '13 ada', '14 assistant'])
  expect(world.ai.stats().started - before).toBe(1)
  const message = await ada.call('GET', `chats/${chatId}/messages/${plain}`)
  expect(message.body).toMatchObject({ mentions: ['assistant'], revision: 1 })
  expect(message.body).not.toHaveProperty('firstMentions')
})

test('regenerate asks the bot that the prompt asked; a message that asked none is none', async () => {
  const { chatId, say, ended, socket } = await group()
  await using _ = socket
  const plain = await say('Just people')
  await say('Critic?', { mentions: ['critic'] })
  await ended(8)
  const none = await socket.command('runs.regenerate', { chatId, seq: plain })
  expect(none).toMatchObject({ ok: false, error: { code: 'not-found' } })
  const again = await socket.command('runs.regenerate', { chatId, seq: 7 })
  expect(again).toMatchObject({ ok: true, result: { botId: 'critic', promptSeq: 7 } })
  await ended(9)
})

test.each(['feed.lag', 'queue.age.bot-jobs', 'runs.unattended'])('%s is said in the log', async (name) => {
  await world.hosts[0]!.logged(new RegExp(`metric\\W+name\\W+${name}\\W+value\\W+\\d`))
})
