// One answer, seen by devices that come and go: none loses a character, none sees one twice.
import { type BotChat, openBotChat } from '../support/bot-chat.ts'
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

type Delta = { runId: string; index: number; text: string; attempt: number }

async function ask(text: string): Promise<BotChat> {
  const chat = await openBotChat(ada)
  await chat.ask(text)
  return chat
}

/** The text as a client has it that read the run at `known` and heard these deltas. */
function built(known: string, deltas: Delta[]): string {
  let text = known
  for (const delta of deltas) {
    if (delta.index > text.length) throw new Error(`A piece is missing before ${delta.index}.`)
    text += delta.text.slice(text.length - delta.index)
  }
  return text
}

const deltasOf = ({ received }: Socket) =>
  received.filter(({ type }) => type === 'run.delta') as unknown as Delta[]

test('a device that comes in mid-answer reads the run and goes on from there', async () => {
  const reply = Array.from({ length: 120 }, (_, i) => `w${i}`).join(' ')
  world.ai.script({ match: 'Count', reply, chunkSize: 5, chunkDelayMs: 25 })
  const { run: readRun, socket } = await ask('Count')
  await using _ = socket
  await socket.wait((frame) => frame.type === 'run.delta' && Number(frame.index) > 60)
  await using late = await ada.socket()
  const first = (await late.wait(({ type }) => type === 'run.delta')) as unknown as Delta
  expect(first.index).toBeGreaterThan(60)
  // The run is stored once a second: until it has come as far as the stream was, it is read again.
  let run: { index: number; text: string }
  do run = (await readRun(first.runId)) as typeof run
  while (run.index < first.index)
  expect(reply.startsWith(run.text)).toBe(true)
  await late.wait(({ type }) => type === 'run.ended')
  expect(built(run.text, deltasOf(late))).toBe(reply)
  expect(built('', deltasOf(socket))).toBe(reply)
})

test('a disconnect is not a stop: who comes back finds the answer', async () => {
  world.ai.script({ match: 'Go on', reply: 'x'.repeat(60), chunkSize: 1, chunkDelayMs: 20 })
  const { run, socket } = await ask('Go on')
  const { runId } = await socket.wait(({ type }) => type === 'run.delta')
  await socket.close()
  await using back = await ada.socket()
  await back.wait((frame) => frame.type === 'run.ended' && frame.runId === runId)
  expect(await run(runId)).toMatchObject({ state: 'done', text: 'x'.repeat(60), replySeq: 5 })
})

test('what was said is shown also while the model pauses', async () => {
  world.ai.script({ match: 'Pause', reply: 'abcd', chunkSize: 1, chunkDelayMs: 5, hangAfter: 3 })
  const { chatId, run, socket } = await ask('Pause')
  await using _ = socket
  await socket.wait((frame) => frame.type === 'run.delta' && String(frame.text).endsWith('c'))
  expect(built('', deltasOf(socket))).toBe('abc')
  const { runId } = deltasOf(socket)[0]!
  await socket.command('runs.stop', { chatId, runId })
  expect(await socket.wait(({ type }) => type === 'run.ended')).toMatchObject({ state: 'stopped' })
  expect((await run(runId)).text).toBe('abc')
})
