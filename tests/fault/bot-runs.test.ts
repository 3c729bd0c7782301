import { CosmosClient } from '@azure/cosmos'
import { QueueClient } from '@azure/storage-queue'
import { type BotChat, type BotMessage, openBotChat } from '../support/bot-chat.ts'
import type { Socket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

const talk = async (world: World): Promise<BotChat> => openBotChat(await world.register('ada'))

/** Delivers a job again, as the queue does whenever it cannot be sure. */
async function deliver(world: World, job: { chatId: string; seq: number }, name = 'bot-jobs'): Promise<void> {
  const queue = new QueueClient(world.azurite.connectionString, name)
  await queue.sendMessage(Buffer.from(JSON.stringify({ ...job, botId: 'assistant' })).toString('base64'))
}

/** Puts a run into the state in which a process that died left it. */
async function rewriteRun(world: World, chatId: string, runId: unknown, change: object): Promise<void> {
  const client = new CosmosClient(world.cosmos.connectionString)
  const item = client.database('parley').container('state').item(`run:${runId}`, chatId)
  const { resource } = await item.read()
  await item.replace({ ...resource, ...change })
  client.dispose()
}

const ended = (socket: Socket) => socket.wait(({ type }) => type === 'run.ended')
const texts = (messages: BotMessage[]) => messages.map(({ content }) => content.text)

describe('two hosts', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ hosts: 2 })
  }, 60_000)
  afterAll(() => world[Symbol.asyncDispose]())

  test('a stream that breaks off in the middle costs an attempt, not the process', async () => {
    world.ai.script({ match: 'Breaks', reply: 'half an answer', chunkSize: 2, breakAfter: 3, count: 1 })
    world.ai.script({ match: 'Breaks', reply: 'A whole answer.' })
    const { ask, messages, socket } = await talk(world)
    await ask('Breaks')
    expect(await ended(socket)).toMatchObject({ state: 'done' })
    expect(texts(await messages())).toEqual(['Breaks', 'A whole answer.'])
    await Promise.all(world.apis.map(async (api) => expect((await fetch(`${api}/health`)).status).toBe(200)))
    await socket.close()
  })

  test('a job delivered seven times at once is answered once, by one call of the model', async () => {
    world.ai.script({ match: 'Often', reply: 'Once is enough.', chunkSize: 1, chunkDelayMs: 100 })
    const { ask, messages, socket, chatId } = await talk(world)
    const before = world.ai.stats().started
    const seq = await ask('Often')
    await Promise.all(Array.from({ length: 6 }, () => deliver(world, { chatId, seq })))
    expect(await ended(socket)).toMatchObject({ state: 'done', replySeq: seq + 1 })
    await deliver(world, { chatId, seq })
    await ask('Another')
    await socket.wait((frame) => frame.type === 'run.ended' && frame.replySeq === seq + 3)
    expect(texts(await messages()).slice(0, 3)).toEqual(['Often', 'Once is enough.', 'Another'])
    expect(world.ai.stats().started - before).toBe(2)
    await socket.close()
  })

  test('a model that fails five times is owned up to in the chat', async () => {
    world.ai.script({ match: 'Down', fail: { status: 500 } })
    const { ask, messages, run, socket } = await talk(world)
    const seq = await ask('Down')
    const end = await ended(socket)
    expect(end).toMatchObject({ state: 'failed', replySeq: seq + 1 })
    const [, apology] = await messages()
    expect(apology).toMatchObject({
      senderId: 'assistant',
      content: { type: 'text', text: 'I could not answer this time. Please ask again.' },
      run: { runId: end.runId, promptSeq: seq, state: 'failed' },
    })
    expect(await run(end.runId)).toMatchObject({ state: 'failed', replySeq: seq + 1 })
    await socket.close()
  }, 60_000)

  test('a model that says nothing is one that failed', async () => {
    world.ai.script({ match: 'Mute', reply: ' ', count: 1 })
    world.ai.script({ match: 'Mute', reply: 'Pardon.' })
    const { ask, messages, socket } = await talk(world)
    await ask('Mute')
    await ended(socket)
    expect(texts(await messages())).toEqual(['Mute', 'Pardon.'])
    await socket.close()
  })

  test('an answer longer than a message may be ends at 8,000 characters', async () => {
    world.ai.script({ match: 'Endless', reply: 'a', length: 300_000, chunkSize: 3_000 })
    const { ask, messages, run, socket } = await talk(world)
    await ask('Endless')
    const end = await ended(socket)
    const [, reply] = await messages()
    expect(reply!.content.text).toHaveLength(8_000)
    expect(await run(end.runId)).toMatchObject({ state: 'done', index: 8_000 })
    await socket.close()
  })

  test('checkpoints whose answers are lost cost neither the run nor the reply', async () => {
    const reply = 'slow and steady, one letter at a time'
    world.ai.script({ match: 'Patience', reply, chunkSize: 1, chunkDelayMs: 100 })
    const { ask, messages, run, socket } = await talk(world)
    const before = world.ai.stats().started
    await ask('Patience')
    await socket.wait(({ type }) => type === 'run.delta')
    world.cosmos.faults.add({ operation: 'items.replace', fault: { kind: 'lose-answer' }, count: 6 })
    const end = await ended(socket)
    world.cosmos.faults.clear()
    expect(end).toMatchObject({ state: 'done' })
    expect(texts(await messages())).toEqual(['Patience', reply])
    expect(await run(end.runId)).toMatchObject({ state: 'done', text: reply })
    expect(world.ai.stats().started - before).toBe(1)
    await socket.close()
  }, 60_000)

  test('dead between the reply and the end of the run: the run ends with the reply that is there', async () => {
    world.ai.script({ match: 'Nearly', reply: 'Said already.', count: 1 })
    world.ai.script({ match: 'Nearly', reply: 'Never to be said.' })
    const { ask, messages, run, socket, chatId } = await talk(world)
    const seq = await ask('Nearly')
    const { runId } = await ended(socket)
    await rewriteRun(world, chatId, runId, { state: 'streaming', text: 'Said', leaseUntil: 0 })
    const before = world.ai.stats().started
    await deliver(world, { chatId, seq })
    for (;;) if ((await run(runId)).state === 'done') break
    expect(await run(runId)).toMatchObject({ text: 'Said already.', replySeq: seq + 1 })
    expect(texts(await messages())).toEqual(['Nearly', 'Said already.'])
    expect(world.ai.stats().started).toBe(before)
    await socket.close()
  })
})

test('a job whose hosts died until the queue gave it up is owned up to in the chat', async () => {
  await using world = await startWorld()
  world.ai.script({ match: 'Cursed', hangAfter: 1 })
  const { ask, messages, run, socket, chatId } = await talk(world)
  const seq = await ask('Cursed')
  const { runId } = await socket.wait(({ type }) => type === 'run.delta')
  await world.addHost()
  await world.hosts[0]!.kill('SIGKILL')
  await rewriteRun(world, chatId, runId, { leaseUntil: 0 })
  await deliver(world, { chatId, seq }, 'bot-jobs-poison')
  expect(await ended(socket)).toMatchObject({ runId, state: 'failed', replySeq: seq + 1 })
  expect(texts(await messages(1))).toEqual(['Cursed', 'I could not answer this time. Please ask again.'])
  expect(await run(runId, 1)).toMatchObject({ state: 'failed', replySeq: seq + 1 })
  await socket.close()
}, 60_000)

// Each of these waits for a lease of 15 seconds to run out.
test('a host killed in mid-stream: the run is taken over after its lease, with one reply', async () => {
  await using world = await startWorld()
  world.ai.script({ match: 'Survive', reply: 'x'.repeat(600), chunkSize: 1, chunkDelayMs: 100, count: 1 })
  world.ai.script({ match: 'Survive', reply: 'Here I am again.' })
  const { ask, messages, run, socket, chatId } = await talk(world)
  const seq = await ask('Survive')
  await socket.wait(({ type }) => type === 'run.delta')
  await world.addHost()
  await world.hosts[0]!.kill('SIGKILL')
  await deliver(world, { chatId, seq })
  const again = await socket.wait(({ type, attempt }) => type === 'run.started' && attempt === 2)
  const end = await ended(socket)
  expect(end).toMatchObject({ runId: again.runId, state: 'done', replySeq: seq + 1 })
  expect(texts(await messages(1))).toEqual(['Survive', 'Here I am again.'])
  expect(await run(end.runId, 1)).toMatchObject({ state: 'done', text: 'Here I am again.' })
}, 90_000)

test('an owner that slept through its lease wakes up to nothing: the other’s reply stands', async () => {
  await using world = await startWorld()
  world.ai.script({ match: 'Sleep', reply: 'z'.repeat(600), chunkSize: 1, chunkDelayMs: 50, count: 1 })
  world.ai.script({ match: 'Sleep', reply: 'Wide awake.' })
  const { ask, messages, run, socket, chatId } = await talk(world)
  const seq = await ask('Sleep')
  await socket.wait(({ type }) => type === 'run.delta')
  await world.addHost()
  const [sleeper] = world.hosts
  process.kill(sleeper!.pid, 'SIGSTOP')
  try {
    await deliver(world, { chatId, seq })
    expect(await ended(socket)).toMatchObject({ state: 'done', replySeq: seq + 1 })
  } finally {
    process.kill(sleeper!.pid, 'SIGCONT')
  }
  await sleeper!.logged('run.taken-over')
  expect(texts(await messages())).toEqual(['Sleep', 'Wide awake.'])
  expect(await run((await ended(socket)).runId)).toMatchObject({ state: 'done', text: 'Wide awake.' })
  expect(socket.received.filter(({ type }) => type === 'run.ended')).toHaveLength(1)
}, 90_000)
