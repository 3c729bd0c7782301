// Runs as their askers steer them: stopped, regenerated, in turn.
import { setImmediate } from 'node:timers/promises'
import { openBotChat } from '../support/bot-chat.ts'
import type { Person } from '../support/person.ts'
import type { Socket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ada: Person
beforeAll(async () => {
  world = await startWorld()
  ada = await world.register('ada')
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const talk = () => openBotChat(ada)
const ended = (socket: Socket, runId: unknown) =>
  socket.wait((frame) => frame.type === 'run.ended' && frame.runId === runId)

test('stop aborts the model, keeps what was said, and says so', async () => {
  world.ai.script({
    match: 'Count',
    reply: 'one two three four '.repeat(100),
    chunkSize: 4,
    chunkDelayMs: 50,
  })
  const { chatId, socket, ask, messages } = await talk()
  await using _ = socket
  await ask('Count')
  const { runId } = await socket.wait(({ type }) => type === 'run.delta')
  const stopped = await socket.command('runs.stop', { chatId, runId })
  expect(stopped).toMatchObject({ ok: true, result: { runId, botId: 'assistant' } })
  expect(await ended(socket, runId)).toMatchObject({ state: 'stopped', replySeq: 5 })
  const [, reply] = await messages()
  expect(reply).toMatchObject({ senderId: 'assistant', run: { runId, promptSeq: 4, state: 'stopped' } })
  expect(reply!.content.text.startsWith('one ')).toBe(true)
  expect(reply!.content.text.length).toBeLessThan(1_000)
  const again = await ada.call('POST', `chats/${chatId}/runs/${runId}/stop`)
  expect([again.status, again.body]).toMatchObject([200, { state: 'stopped', text: reply!.content.text }])
  // The model is told: nobody pays for words that nobody reads.
  while (world.ai.stats().active > 0) await setImmediate()
})

test('prompts of one chat are answered one after the other, in their order', async () => {
  world.ai.script({ match: 'First', reply: 'The first answer.', chunkSize: 4, chunkDelayMs: 40 })
  world.ai.script({ match: 'Second', reply: 'The second answer.' })
  world.ai.script({ match: 'Third', reply: 'The third answer.' })
  const { socket, ask, messages } = await talk()
  await using _ = socket
  await ask('First')
  await socket.wait(({ type }) => type === 'run.started')
  await ask('Second')
  await ask('Third')
  await socket.wait((frame) => frame.type === 'run.ended' && frame.replySeq === 9)
  expect((await messages()).slice(3).map(({ content }) => content.text)).toEqual([
    'The first answer.',
    'The second answer.',
    'The third answer.',
  ])
  const order = socket.received.flatMap(({ type, promptSeq, replySeq }) =>
    type === 'run.started' ? [`start ${promptSeq}`] : type === 'run.ended' ? [`end ${replySeq}`] : [],
  )
  expect(order).toEqual(['start 4', 'end 7', 'start 5', 'end 8', 'start 6', 'end 9'])
})

test('a run that waits is stopped before it says a word, and leaves no message', async () => {
  world.ai.script({ match: 'Long', reply: 'l'.repeat(200), chunkSize: 1, chunkDelayMs: 20 })
  const { chatId, socket, ask, messages } = await talk()
  await using _ = socket
  await ask('Long')
  const first = await socket.wait(({ type }) => type === 'run.started')
  const second = await ada.call('POST', `chats/${chatId}/messages/4/regenerate`, { clientRequestId: 'r1' })
  expect([second.status, second.body]).toMatchObject([
    201,
    { state: 'waiting', promptSeq: 4, text: '', attempt: 0 },
  ])
  const stopped = await ada.call('POST', `chats/${chatId}/runs/${second.body.runId}/stop`)
  expect(stopped.body).toMatchObject({ state: 'stopped' })
  expect(await ended(socket, second.body.runId)).toMatchObject({ state: 'stopped' })
  await socket.command('runs.stop', { chatId, runId: first.runId })
  await ended(socket, first.runId)
  expect(await messages()).toHaveLength(2)
})

test('regenerate: a second answer beside the first; the same request again finds it', async () => {
  world.ai.script({ match: 'Joke', reply: 'The first joke.', count: 1 })
  world.ai.script({ match: 'Joke', reply: 'The second joke.', count: 1 })
  const { chatId, socket, ask, messages } = await talk()
  await using _ = socket
  await ask('Joke')
  await socket.wait((frame) => frame.type === 'run.ended' && frame.replySeq === 5)
  const again = { chatId, seq: 5, clientRequestId: 'again' }
  const made = await socket.command('runs.regenerate', again)
  const { runId } = made.result as unknown as { runId: string }
  expect(await ended(socket, runId)).toMatchObject({ state: 'done', replySeq: 6 })
  const repeated = await ada.call('POST', `chats/${chatId}/messages/5/regenerate`, {
    clientRequestId: 'again',
  })
  expect([repeated.status, repeated.body.runId, repeated.body.state]).toEqual([200, runId, 'done'])
  expect((await messages()).map(({ content, run }) => [content.text, run?.state])).toEqual([
    ['Joke', undefined],
    ['The first joke.', 'done'],
    ['The second joke.', 'done'],
  ])
})

test('what no bot answers is not answered again; a stranger finds nothing', async () => {
  const bob = await world.register('bob')
  const { body: direct } = await ada.call('POST', 'chats', { kind: 'direct', userId: bob.userId })
  const content = { type: 'text', text: 'hi' }
  await ada.call('POST', `chats/${direct.chatId}/messages`, { clientMessageId: 'm1', content })
  const none = await ada.call('POST', `chats/${direct.chatId}/messages/4/regenerate`)
  expect([none.status, none.body.code]).toEqual([404, 'not-found'])
  const entry = await ada.call('POST', `chats/${direct.chatId}/messages/1/regenerate`)
  expect([entry.status, entry.body.code]).toEqual([404, 'not-found'])
  const { chatId } = await talk()
  const foreign = await bob.call('POST', `chats/${chatId}/messages/4/regenerate`)
  expect([foreign.status, foreign.body.code]).toEqual([404, 'chat-not-found'])
  const run = await ada.call('POST', `chats/${chatId}/runs/r0/stop`)
  expect([run.status, run.body.code]).toEqual([404, 'not-found'])
})

test('a bot that is removed while it answers falls silent, and nobody tries again', async () => {
  world.ai.script({ match: 'Saga', reply: 'x '.repeat(20), chunkSize: 4, chunkDelayMs: 50 })
  const { body: chat } = await ada.call('POST', 'chats', {
    kind: 'group',
    name: 'Bots',
    members: ['assistant'],
  })
  const path = `chats/${chat.chatId}`
  await using socket = await ada.socket()
  const content = { type: 'text', text: 'Saga' }
  await ada.call('POST', `${path}/messages`, {
    clientMessageId: 'saga',
    content,
    mentions: ['assistant'],
  })
  const { runId } = await socket.wait(({ type }) => type === 'run.delta')
  expect((await ada.call('DELETE', `${path}/members/assistant`)).status).toBe(204)
  const end = await ended(socket, runId)
  expect([end.state, end.replySeq]).toEqual(['stopped', undefined])
  expect((await ada.call('GET', `${path}/runs/${runId}`)).body).toMatchObject({ state: 'stopped', text: '' })
})
