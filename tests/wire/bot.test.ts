import { say } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

type Delta = { index: number; text: string; attempt: number }

test('a prompt is answered once: the run starts, deltas stream, the reply is in the log', async () => {
  world.ai.script({
    match: 'Tell me',
    reply: 'One two three four five six seven eight nine ten.',
    chunkSize: 5,
    chunkDelayMs: 30,
  })
  const ada = await world.register('ada')
  const { status, body: chat } = await ada.call('POST', 'chats', { kind: 'bot' })
  expect(status).toBe(201)
  expect(chat).toMatchObject({ kind: 'bot', name: 'Assistant', bot: { botId: 'assistant' } })
  await using socket = await ada.socket()
  const prompt = await ada.call('POST', `chats/${chat.chatId}/messages`, say('p1', 'Tell me'))
  const started = await socket.wait(({ type }) => type === 'run.started')
  expect(started).toMatchObject({
    chatId: chat.chatId,
    botId: 'assistant',
    promptSeq: prompt.body.seq,
    attempt: 1,
  })
  const ended = await socket.wait(({ type }) => type === 'run.ended')
  expect(ended).toMatchObject({ runId: started.runId, state: 'done', replySeq: prompt.body.seq + 1 })
  const deltas = socket.received.filter(({ type }) => type === 'run.delta') as unknown as Delta[]
  expect(deltas.length).toBeGreaterThan(1)
  let built = ''
  for (const { index, text } of deltas) {
    expect(index).toBe(built.length)
    built += text
  }
  expect(built).toBe('One two three four five six seven eight nine ten.')
  const { body: history } = await ada.call('GET', `chats/${chat.chatId}/messages`)
  expect(history.messages).toHaveLength(2)
  expect(history.messages[1]).toMatchObject({
    senderId: 'assistant',
    content: { type: 'text', text: 'One two three four five six seven eight nine ten.' },
    run: { runId: started.runId, promptSeq: prompt.body.seq, state: 'done' },
  })
  const run = await ada.call('GET', `chats/${chat.chatId}/runs/${started.runId}`)
  expect(run.body).toMatchObject({
    state: 'done',
    botId: 'assistant',
    index: 49,
    replySeq: prompt.body.seq + 1,
  })
})

test('a model that fails is asked again; the attempt starts over and one reply remains', async () => {
  world.ai.script({ match: 'Flaky', fail: { status: 503 }, count: 1 })
  world.ai.script({ match: 'Flaky', reply: 'Here I am.' })
  const ada = await world.register('ada')
  const { body: chat } = await ada.call('POST', 'chats', { kind: 'bot' })
  await using socket = await ada.socket()
  await ada.call('POST', `chats/${chat.chatId}/messages`, say('p1', 'Flaky'))
  const ended = await socket.wait(({ type }) => type === 'run.ended')
  expect(ended).toMatchObject({ state: 'done' })
  const { body: history } = await ada.call('GET', `chats/${chat.chatId}/messages`)
  expect(history.messages.map((m: { content: { text: string } }) => m.content.text)).toEqual([
    'Flaky',
    'Here I am.',
  ])
})
