// What the server says unasked: everything pushed while a few commands run in the seeded world, against the files.
import { runBot } from '../../shared/services/bots/run-bot.ts'
import { moveReceipt } from '../../shared/services/messages/move-receipt.ts'
import type { ModelChunk, ModelRequest } from '../../shared/services/ports/model.ts'
import { loadEndpoints } from '../support/endpoints.ts'
import type { MemoryApp } from '../support/memory-app.ts'
import { readExamples } from './files.ts'
import { ada, seededApp } from './seeded.ts'

const DIRECT = 'dDVwTltEwXZS9Thf5L5g3FT'
const GROUP = 'cHLoHbB2jYpd0A6NZS6sA3k'
const BOT_CHAT = 'cAC38eb67w29s5TjX5mMZuW'
const files = readExamples('valid').filter(({ frame }) => frame === 'push')
const endpoints = new Map((await loadEndpoints()).map((endpoint) => [endpoint.name, endpoint]))

interface Pushed {
  to: string
  frame: { type: string }
}

/** Every frame pushed, from the making of the world on. */
async function pushed(): Promise<Pushed[]> {
  const app = await seededApp()
  const run = (name: string, input: object) => endpoints.get(name)!.handle(app, ada, input)
  const hi = { type: 'text', text: 'hi' }
  await moveReceipt(app, ada, { chatId: DIRECT, seq: 3, mark: 'delivered' })
  await run('receipts.read', { chatId: DIRECT, seq: 4 })
  await run('messages.send', { chatId: DIRECT, clientMessageId: 'm2', content: hi, replyTo: 4 })
  await run('chats.update', { chatId: GROUP, pinned: true })
  await run('members.set', { chatId: GROUP, userId: 'cy', role: 'reader' })
  await run('members.remove', { chatId: GROUP, userId: 'cy' })
  await run('settings.update', { theme: 'dark' })
  await run('messages.react', { chatId: DIRECT, seq: 4, emoji: '👍' })
  const there = { type: 'text', text: 'hi there' }
  await run('messages.edit', { chatId: DIRECT, seq: 5, clientMessageId: 'e1', content: there })
  await run('messages.delete', { chatId: DIRECT, seq: 5 })
  await useTool(app)
  await run('messages.clear', { chatId: BOT_CHAT, for: 'everyone' })
  await run('messages.clear', { chatId: DIRECT })
  await run('typing', { chatId: DIRECT })
  await run('typing', { chatId: DIRECT, typing: false })
  await run('reports.create', { reason: 'spam', userId: 'bob' })
  await app.deliverer.idle()
  return app.push.calls.filter((call): call is Pushed => call.frame !== undefined)
}

/** Another answer to the prompt, by a model that first wants to know the time. */
async function useTool(app: MemoryApp): Promise<void> {
  const bots = app.bots.map((bot) => ({ ...bot, tools: ['current_time'] }))
  async function* model({ turns }: ModelRequest): AsyncGenerator<ModelChunk> {
    if (turns.at(-1)?.role === 'tool') yield { text: 'Just past ten.' }
    else yield { toolCall: { id: 't1', name: 'current_time', arguments: '' } }
  }
  const job = { chatId: BOT_CHAT, seq: 4, botId: 'assistant', sibling: 'tools' }
  await runBot({ ...app, bots, model: () => model }, job, true)
}

const frames: Pushed[] = JSON.parse(JSON.stringify(await pushed()))

test('every type of frame that was pushed is among the files', () => {
  const shown = new Set(files.map(({ value }) => (value as { type: string }).type))
  expect(frames.length).toBeGreaterThan(10)
  expect(frames.map(({ frame }) => frame.type).filter((type) => !shown.has(type))).toEqual([])
})

test.each(files)('$file: $name', ({ value }) => {
  expect(frames.map(({ frame }) => frame)).toContainEqual(value)
})

test.each([
  ['entries', /^group chat\.[\w-]+$/],
  ['receipt', /^group chat\.[\w-]+$/],
  ['run.started', /^group chat\.[\w-]+$/],
  ['run.delta', /^group chat\.[\w-]+$/],
  ['run.tool', /^group chat\.[\w-]+$/],
  ['run.ended', /^group chat\.[\w-]+$/],
  ['chat.added', /^user [\w-]+$/],
  ['chat.updated', /^user [\w-]+$/],
  ['chat.removed', /^user [\w-]+$/],
  ['settings', /^user ada$/],
  ['typing', /^group chat\.[\w-]+$/],
  ['report', /^group admins$/],
])('%s goes where the contract says', (type, audience) => {
  const targets = frames.filter(({ frame }) => frame.type === type).map(({ to }) => to)
  expect(targets.length).toBeGreaterThan(0)
  expect(targets.filter((to) => !audience.test(to))).toEqual([])
})

test('the deltas of a run join up by their index, after its start and before its end', () => {
  const run = frames
    .map(({ frame }) => frame)
    .filter(({ type }) => type.startsWith('run.'))
    .slice(0, 4)
  expect(run).toMatchObject([
    { type: 'run.started' },
    { type: 'run.delta', index: 0, text: 'Hel' },
    { type: 'run.delta', index: 3, text: 'lo!' },
    { type: 'run.ended' },
  ])
})
