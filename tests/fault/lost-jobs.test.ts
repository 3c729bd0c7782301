// A host dies between taking a bot's job from its queue and doing anything about it. The queue would hide the job for ten
// minutes; the run stands already, so the rescue finds it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { runIdOf } from '../../shared/domain/id.ts'
import { openBotChat } from '../support/bot-chat.ts'
import { startWorld } from '../support/world.ts'

const off = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']))
const TIMERS = ['rescue-runs', 'resume-chat-jobs', 'sweep-attachments']

/** A database that takes every question and answers none. */
async function startSilence() {
  const server = createServer()
  const asked = new Promise<void>((resolve) => server.once('request', () => resolve()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    connectionString: `AccountEndpoint=http://127.0.0.1:${port}/;AccountKey=bm9uZQ==;`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a host killed with a job in its hands, before its first word to the database: the prompt is answered, once', async () => {
  // The first host reads the feed and rescues; it takes no jobs.
  await using world = await startWorld({ settings: off('run-bot') })
  await using silence = await startSilence()
  world.ai.script({ match: 'Anybody?', reply: 'Still here.' })
  const ada = await world.register('ada')
  const { ask, messages, socket } = await openBotChat(ada)
  await using _ = socket
  const doomed = await world.addHost({
    ...off('on-chat-change', ...TIMERS),
    'AzureWebJobs.run-bot.Disabled': 'false',
    Cosmos: silence.connectionString,
  })
  await ask('Anybody?')
  await silence.asked
  await doomed.kill('SIGKILL')
  await world.addHost({ 'AzureWebJobs.run-bot.Disabled': 'false' })
  await socket.wait(({ type }) => type === 'run.ended')
  expect(await messages()).toMatchObject([
    { content: { text: 'Anybody?' } },
    { content: { text: 'Still here.' }, run: { state: 'done' } },
  ])
}, 60_000)

test('a prompt whose job nobody has taken yet has its run: it can be read, and stopped for good', async () => {
  await using world = await startWorld({ settings: { ...off('run-bot'), RESCUE_AFTER_MS: '600000' } })
  const ada = await world.register('ada')
  const { ask, chatId, messages, socket } = await openBotChat(ada)
  await using _ = socket
  const seq = await ask('Never mind')
  const path = `chats/${chatId}/runs/${runIdOf(chatId, seq, 'assistant')}`
  let run = await ada.call('GET', path)
  while (run.status === 404) run = await ada.call('GET', path)
  expect(run.body).toMatchObject({ state: 'waiting', promptSeq: seq, index: 0, text: '' })
  expect((await ada.call('POST', `${path}/stop`)).body).toMatchObject({ state: 'stopped' })
  expect(await socket.wait(({ type }) => type === 'run.ended')).toMatchObject({ state: 'stopped' })
  world.ai.script({ match: 'Now', reply: 'Yes.' })
  await ask('Now')
  await world.addHost({ 'AzureWebJobs.run-bot.Disabled': 'false' })
  await socket.wait(({ type, state }) => type === 'run.ended' && state === 'done')
  expect((await messages()).map(({ content }) => content.text)).toEqual(['Never mind', 'Now', 'Yes.'])
}, 60_000)
