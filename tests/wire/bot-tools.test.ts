// Functions that bots call: built in and over HTTP, shown in the run, bounded.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Person } from '../support/person.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ada: Person
let weather: Server
const asked: string[] = []
beforeAll(async () => {
  weather = createServer(async (request, response) => {
    asked.push(Buffer.concat(await request.toArray()).toString())
    response.end('{"sky":"clear"}')
  })
  await new Promise<void>((done) => weather.listen(0, '127.0.0.1', done))
  const host = `localhost:${(weather.address() as AddressInfo).port}`
  const tool = {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    url: `http://${host}/weather`,
  }
  const tools = ['search_chat', 'list_members', 'current_time', 'get_weather', 'forbidden_weather']
  const bot = {
    botId: 'assistant',
    displayName: 'Assistant',
    provider: 'gemini',
    model: 'gemini-test',
    tools,
  }
  world = await startWorld({
    settings: {
      BOTS: JSON.stringify([bot]),
      BOT_TOOLS: JSON.stringify([
        tool,
        { ...tool, name: 'forbidden_weather', url: 'http://10.255.255.1/weather' },
      ]),
      BOT_TOOL_HOSTS: `${host},10.255.255.1`,
      BOT_TOOL_NETWORKS: '127.0.0.0/8,::1/128',
    },
  })
  ada = await world.register('ada')
}, 60_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await new Promise((done) => weather.close(done))
})

async function ask(text: string, before: string[] = []) {
  const { chatId } = (
    await ada.call('POST', 'chats', { kind: 'group', name: 'Team', members: ['assistant'] })
  ).body
  await using socket = await ada.socket()
  const say = (said: string, more: object = {}) =>
    ada.call('POST', `chats/${chatId}/messages`, {
      clientMessageId: said,
      content: { type: 'text', text: said },
      ...more,
    })
  for (const line of before) await say(line)
  await say(text, { mentions: ['assistant'] })
  const ended = await socket.wait(({ type }) => type === 'run.ended')
  const run = (await ada.call('GET', `chats/${chatId}/runs/${ended.runId}`)).body
  const frames = socket.received.filter(({ type }) => type === 'run.tool')
  return { run, frames, results: world.ai.stats().last?.turns.at(-1)?.results }
}

test('the model calls, is answered, and goes on; all of it is shown in the run', async () => {
  const match = 'Berlin'
  world.ai.script({
    match,
    afterTool: false,
    reply: 'Let me see.',
    toolCalls: [
      { name: 'get_weather', arguments: { city: 'Berlin' } },
      { name: 'current_time', arguments: { timeZone: 'Europe/Berlin' } },
    ],
  })
  world.ai.script({ match, afterTool: true, reply: 'Clear, and late.' })
  const { run, frames, results } = await ask('How is Berlin?')
  expect(run).toMatchObject({
    state: 'done',
    text: 'Let me see.\n\nClear, and late.',
    tools: [
      { name: 'get_weather', arguments: '{"city":"Berlin"}', state: 'done' },
      { name: 'current_time', arguments: '{"timeZone":"Europe/Berlin"}', state: 'done' },
    ],
  })
  expect(asked).toEqual(['{"city":"Berlin"}'])
  expect(results).toMatchObject([
    { name: 'get_weather', content: expect.stringContaining('clear') },
    { name: 'current_time', content: expect.stringMatching(/GMT\+|CE/) },
  ])
  expect(frames.map(({ index, name, state }) => `${index} ${name} ${state}`).sort()).toEqual([
    '0 get_weather done',
    '0 get_weather running',
    '1 current_time done',
    '1 current_time running',
  ])
})

test('built-in functions see the chat as the asker does', async () => {
  const match = 'Remember'
  world.ai.script({
    match,
    afterTool: false,
    toolCalls: [{ name: 'search_chat', arguments: { words: 'blue car' } }, { name: 'list_members' }],
  })
  world.ai.script({ match, afterTool: true, reply: 'Yes.' })
  const { run, results } = await ask('Remember?', ['I bought a blue car', 'and a red bicycle'])
  expect(run).toMatchObject({ state: 'done', text: 'Yes.' })
  const [found, members] = results!.map(({ content }) => content)
  expect(found).toContain('I bought a blue car')
  expect(found).not.toContain('bicycle')
  expect(members).toMatch(/Assistant.*member/)
  expect(members).toMatch(/ada.*owner/)
})

test('what fails is told to the model: a private address, a function that there is not, bad arguments', async () => {
  const match = 'Everything'
  world.ai.script({
    match,
    afterTool: false,
    toolCalls: [
      { name: 'forbidden_weather', arguments: {} },
      { name: 'no_such_function', arguments: {} },
      { name: 'search_chat', arguments: { words: '!' } },
    ],
  })
  world.ai.script({ match, afterTool: true, reply: 'Sorry.' })
  const { run, results } = await ask('Everything')
  expect(run).toMatchObject({ state: 'done', text: 'Sorry.' })
  expect(run.tools.map(({ state }: { state: string }) => state)).toEqual(['failed', 'failed', 'failed'])
  expect(results!.map(({ content }) => content)).toEqual([
    expect.stringContaining('not a public one'),
    expect.stringContaining('There is no function no_such_function'),
    expect.stringContaining('no word to look for'),
  ])
})

test('a model that calls without end is cut off after five rounds', async () => {
  world.ai.script({ match: 'Forever', reply: '.', toolCalls: [{ name: 'current_time', arguments: {} }] })
  const before = world.ai.stats().started
  const { run } = await ask('Forever')
  expect(run.state).toBe('done')
  expect(run.tools).toHaveLength(5)
  expect(world.ai.stats().started - before).toBe(6)
})
