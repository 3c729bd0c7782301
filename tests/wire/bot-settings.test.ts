// What bots are told of a chat, what they may be asked, and how much they may use.
import { setImmediate } from 'node:timers/promises'
import { CosmosClient } from '@azure/cosmos'
import { picture, upload } from '../support/media.ts'
import type { Person } from '../support/person.ts'
import type { Socket } from '../support/socket.ts'
import { startWorld, type World } from '../support/world.ts'

const settings = {
  BOTS: JSON.stringify([
    {
      botId: 'assistant',
      displayName: 'Assistant',
      provider: 'gemini',
      model: 'gemini-test',
      systemPrompt: 'Be kind.',
      temperature: 0.9,
    },
    { botId: 'critic', displayName: 'Critic', provider: 'gemini', model: 'gemini-test' },
  ]),
  MODERATION_PATTERNS: '["forbidden fruit"]',
  BOT_QUOTAS: '{"chatTokensPerDay":2000}',
}
let world: World
let ada: Person
let bob: Person
beforeAll(async () => {
  world = await startWorld({ settings })
  ada = await world.register('ada')
  bob = await world.register('bob')
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

interface Talk {
  chatId: string
  path: string
  socket: Socket
  ask(text: string, more?: object): Promise<number>
  /** Resolves when the prompt's answer is in the log. */
  answered(text: string, more?: object): Promise<Record<string, unknown>>
}

async function talk(chat: object = { kind: 'bot' }): Promise<Talk> {
  const { chatId } = (await ada.call('POST', 'chats', chat)).body
  const path = `chats/${chatId}`
  const socket = await ada.socket()
  const ask: Talk['ask'] = async (text, more = {}) => {
    const body = { clientMessageId: text.slice(0, 60), content: { type: 'text', text }, ...more }
    return (await ada.call('POST', `${path}/messages`, body)).body.seq
  }
  return {
    chatId,
    path,
    socket,
    ask,
    async answered(text, more) {
      const seq = await ask(text, more)
      const frame = await socket.wait(
        ({ type, entries }) => type === 'entries' && promptOf((entries as Entry[])[0]!) === seq,
      )
      const [reply] = frame.entries as Entry[]
      await socket.wait((ended) => ended.type === 'run.ended' && ended.replySeq === reply!.seq)
      return reply as unknown as Record<string, unknown>
    },
  }
}

type Entry = { seq: number; run?: { promptSeq: number } }
const promptOf = ({ run }: Entry): number | undefined => run?.promptSeq

test('a chat tells its bot how to speak, after what the bot is told anyway, and takes it back', async () => {
  const { chatId, path, socket, answered } = await talk()
  await using _ = socket
  const change = { systemPrompt: 'Answer in one sentence.', temperature: 0.2 }
  const { status, body } = await ada.call('PATCH', `${path}/bot`, change)
  expect([status, body.bot]).toEqual([
    200,
    { botId: 'assistant', displayName: 'Assistant', settings: change },
  ])
  await answered('Hello')
  expect(world.ai.stats().last).toMatchObject({
    system: 'Be kind.\n\nAnswer in one sentence.',
    temperature: 0.2,
    turns: [{ role: 'user', text: 'Hello' }],
  })
  const back = await socket.command('bots.configure', { chatId, systemPrompt: null, temperature: null })
  expect(back).toMatchObject({ ok: true, result: { bot: { botId: 'assistant', settings: {} } } })
  await answered('Hello again')
  expect(world.ai.stats().last).toMatchObject({ system: 'Be kind.', temperature: 0.9 })
  const log = (await ada.call('GET', `${path}/log`)).body.entries
  expect(log.filter(({ type }: { type: string }) => type === 'chat').slice(1)).toMatchObject([
    { change: 'bot', botId: 'assistant', senderId: ada.userId },
    { change: 'bot', botId: 'assistant' },
  ])
  expect(JSON.stringify(log)).not.toContain('one sentence')
})

test('who runs a group configures its bots, each by name; nobody else, and no other bot', async () => {
  const members = [bob.userId, 'assistant', 'critic']
  const { path, chatId, socket, answered } = await talk({ kind: 'group', name: 'G', members })
  await using _ = socket
  const configure = async (person: Person, change: object) => {
    const { status, body } = await person.call('PATCH', `${path}/bot`, change)
    return [status, body.code]
  }
  expect(await configure(ada, { temperature: 1 })).toEqual([400, 'invalid-request'])
  expect(await configure(ada, { botId: 'nobody', temperature: 1 })).toEqual([404, 'user-not-found'])
  expect(await configure(bob, { botId: 'critic', temperature: 1 })).toEqual([403, 'forbidden'])
  const stranger = await world.register('stranger')
  expect(await configure(stranger, { botId: 'critic', temperature: 1 })).toEqual([404, 'chat-not-found'])
  expect(await configure(ada, { botId: 'critic', systemPrompt: 'Doubt.' })).toEqual([200, undefined])
  const said = { clientMessageId: 'b1', content: { type: 'text', text: 'I think so.' } }
  await bob.call('POST', `chats/${chatId}/messages`, said)
  await answered('What do you think?', { mentions: ['critic'] })
  expect(world.ai.stats().last).toMatchObject({
    system: 'Doubt.',
    turns: [
      { role: 'user', text: 'bob: I think so.' },
      { role: 'user', text: 'ada: What do you think?' },
    ],
  })
})

test('a prompt that waited is answered by one who knows what was answered before', async () => {
  world.ai.script({ match: 'One', reply: 'The first answer.', chunkSize: 3, chunkDelayMs: 40, count: 1 })
  const { ask, answered, socket } = await talk()
  await using _ = socket
  await ask('One')
  await socket.wait(({ type }) => type === 'run.started')
  await answered('Two')
  expect(world.ai.stats().last?.turns.map(({ role, text }) => [role, text])).toEqual([
    ['user', 'One'],
    ['model', 'The first answer.'],
    ['user', 'Two'],
  ])
})

test('what is older than the window is told in short, until something of it is deleted', async () => {
  world.ai.script({ match: 'ada: Blue', reply: 'Ada likes blue and red.' })
  world.ai.script({ match: '?', reply: 'Well.' })
  const { chatId, path, socket, answered } = await talk()
  await using _ = socket
  const client = new CosmosClient(world.cosmos.connectionString)
  const item = client.database('parley').container('state').item('summary', chatId)
  const summary = async (): Promise<{ through: number } | undefined> => (await item.read()).resource
  const summarised = async (through: number) => {
    while (((await summary())?.through ?? 0) < through) await setImmediate()
  }
  await ada.call('PATCH', `${path}/bot`, { contextMessages: 4 })
  await answered('Blue, do you like it?')
  await answered('And red?')
  // The window is full now: the summary is made behind the answer.
  await summarised(5)
  const told = async (text: string) => {
    await answered(text)
    const { system, turns } = world.ai.stats().last!
    return { system, turns: turns.map((turn) => turn.text) }
  }
  expect(await told('Now what?')).toEqual({
    system: 'Be kind.\n\nWhat was said before, in short:\nAda likes blue and red.',
    turns: ['And red?', 'Well.', 'Now what?'],
  })
  await summarised(7)
  expect((await ada.call('DELETE', `${path}/messages/5`)).status).toBe(200)
  expect(await summary()).toBeUndefined()
  client.dispose()
})

test('pictures are shown to the model', async () => {
  const { chatId, socket } = await talk()
  await using _ = socket
  const image = { ...(await upload(ada, chatId, picture(), 'image')), caption: 'What is this?' }
  await ada.call('POST', `chats/${chatId}/messages`, { clientMessageId: 'i', content: image })
  await socket.wait(({ type }) => type === 'run.ended')
  expect(world.ai.stats().last).toMatchObject({
    turns: [{ role: 'user', text: '[image: picture.png] What is this?', attachments: 1 }],
  })
})

test('what is forbidden is neither asked nor said', async () => {
  world.ai.script({ match: 'temptation', reply: 'Take the Forbidden Fruit, it is good.' })
  const { answered, socket, path } = await talk()
  await using _ = socket
  const before = world.ai.stats().started
  const refused = {
    content: { type: 'text', text: 'I may not answer this.' },
    run: { state: 'failed', reason: 'refused' },
  }
  expect(await answered('Where is the forbidden fruit?')).toMatchObject(refused)
  expect(world.ai.stats().started).toBe(before)
  const reply = await answered('Lead me into temptation')
  expect(reply).toMatchObject(refused)
  const { runId } = reply.run as { runId: string }
  const { body: run } = await ada.call('GET', `${path}/runs/${runId}`)
  expect(run).toMatchObject({ state: 'failed', reason: 'refused', text: 'I may not answer this.' })
  expect(JSON.stringify(socket.received)).not.toContain('Forbidden Fruit')
})

test('a chat that used up its tokens is told so, and is not asked again', async () => {
  world.ai.script({ match: 'long story', reply: 'a,'.repeat(2_000) })
  const { answered, socket, path } = await talk()
  await using _ = socket
  await answered('Tell me a long story')
  const before = world.ai.stats().started
  expect(await answered('Another')).toMatchObject({
    content: { type: 'text', text: 'The tokens for today are used up. Please ask again tomorrow.' },
    run: { state: 'failed', reason: 'quota' },
  })
  const again = await ada.call('POST', `${path}/messages/5/regenerate`)
  expect([again.status, again.body.code, again.body.retry]).toEqual([429, 'quota-exceeded', 'later'])
  expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(world.ai.stats().started).toBe(before)
})
