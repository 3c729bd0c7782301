// Bots among people: who is asked, and by what.
import { runIdOf } from '../../shared/domain/id.ts'
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
  const slow = { reply: 'Slow. '.repeat(50), chunkSize: 4, chunkDelayMs: 50, count: 1 }
  world.ai.script({ match: 'Slowly', ...slow })
  world.ai.script({ match: 'Since Eve', reply: 'Soon.', count: 1 }, { match: 'Since Eve', ...slow })
  world.ai.script({ match: 'First you', ...slow, reply: 'Slow. '.repeat(20) })
  world.ai.script({ match: 'At length', ...slow, reply: 'Slow. '.repeat(20) })
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

test('a bot that has left is not asked again', async () => {
  const { chatId, say, ended, socket } = await group()
  await using _ = socket
  await say('Critic?', { mentions: ['critic'] })
  await ended(7)
  expect((await ada.call('DELETE', `chats/${chatId}/members/critic`)).status).toBe(204)
  const again = await ada.call('POST', `chats/${chatId}/messages/7/regenerate`)
  expect([again.status, again.body.code]).toEqual([404, 'not-found'])
})

test('a bot that is removed while it answers ends its run, and those who stay are answered', async () => {
  const { chatId, say, ended, socket } = await group()
  await using _ = socket
  await say('Slowly, critic', { mentions: ['critic'] })
  const { runId } = await socket.wait(({ type }) => type === 'run.delta')
  await ada.call('DELETE', `chats/${chatId}/members/critic`)
  await say('And the assistant?', { mentions: ['assistant'] })
  expect(await ended(9)).toMatchObject({ botId: 'assistant', state: 'done' })
  const { body } = await ada.call('GET', `chats/${chatId}/runs/${runId}`)
  expect(body).toMatchObject({ state: 'stopped', text: '' })
  expect(body).not.toHaveProperty('replySeq')
})

test('a bot that is removed while its run waits is asked nothing, and says nothing to those who stay', async () => {
  const { chatId, say, socket } = await group()
  await using _ = socket
  await say('First you, assistant', { mentions: ['assistant'] })
  await socket.wait(({ type }) => type === 'run.delta')
  const seq = await say('Then you, critic', { mentions: ['critic'] })
  const runId = runIdOf(chatId, seq, 'critic')
  while ((await ada.call('GET', `chats/${chatId}/runs/${runId}`)).status === 404);
  await ada.call('DELETE', `chats/${chatId}/members/critic`)
  const { started } = world.ai.stats()
  const end = await socket.wait((frame) => frame.type === 'run.ended' && frame.runId === runId)
  expect(end).toMatchObject({ state: 'stopped' })
  expect(world.ai.stats().started).toBe(started)
  expect(socket.received.filter((frame) => frame.type === 'run.delta' && frame.runId === runId)).toEqual([])
})

test('who asks for another answer is told what they may see, and may stop it', async () => {
  const { chatId, say, ended, socket } = await group()
  await using _ = socket
  await say('The secret of the old days')
  await say('Before Eve, critic', { mentions: ['critic'] })
  await ended(8)
  const eve = await world.register('eve')
  await ada.call('POST', `chats/${chatId}/members`, { userIds: [eve.userId] })
  const late = await say('Since Eve, critic', { mentions: ['critic'] })
  expect(late).toBe(10)
  await ended(11)
  expect(JSON.stringify(world.ai.stats().last)).toContain('old days')
  await using own = await eve.socket()
  const made = await own.command('runs.regenerate', { chatId, seq: 11 })
  const { runId } = made.result as unknown as { runId: string }
  await own.wait((frame) => frame.type === 'run.delta' && frame.runId === runId)
  expect(JSON.stringify(world.ai.stats().last)).toContain('Since Eve')
  expect(JSON.stringify(world.ai.stats().last)).not.toContain('old days')
  expect(await own.command('runs.stop', { chatId, runId })).toMatchObject({ ok: true })
  await own.wait((frame) => frame.type === 'run.ended' && frame.runId === runId)
})

test('the prompt of somebody who has left is answered without what was said before it', async () => {
  const { chatId, say, ended, socket } = await group()
  await using _ = socket
  await say('The secret of the old days')
  await say('At length, critic', { mentions: ['critic'] })
  await socket.wait(({ type }) => type === 'run.delta')
  const content = { type: 'text', text: 'Bob asks and leaves, critic' }
  const asked = { clientMessageId: 'leaving', content, mentions: ['critic'] }
  expect((await bob.call('POST', `chats/${chatId}/messages`, asked)).body).toMatchObject({ seq: 8 })
  expect((await bob.call('DELETE', `chats/${chatId}/members/${bob.userId}`)).status).toBe(204)
  await ended(11)
  expect(world.ai.stats().last!.turns).toMatchObject([{ text: 'bob: Bob asks and leaves, critic' }])
})
