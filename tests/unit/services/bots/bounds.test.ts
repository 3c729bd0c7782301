import { builtInTools } from '../../../../shared/services/bots/built-in-tools.ts'
import { configureBot } from '../../../../shared/services/bots/configure-bot.ts'
import { freshRun } from '../../../../shared/services/bots/lease.ts'
import { byPatterns } from '../../../../shared/services/bots/moderate.ts'
import { runBot } from '../../../../shared/services/bots/run-bot.ts'
import type { ModelChunk, ModelRequest } from '../../../../shared/services/ports/model.ts'
import { ada, seededApp } from '../../../conformance/seeded.ts'
import type { MemoryApp } from '../../../support/memory-app.ts'

const chatId = 'cAC38eb67w29s5TjX5mMZuW'
const botId = 'assistant'

/** A bot that notes what it is asked. */
async function begin(words = 'Fine.') {
  const app = await seededApp()
  const asked: ModelRequest[] = []
  async function* answer(request: ModelRequest): AsyncGenerator<ModelChunk> {
    asked.push(request)
    yield { text: words }
  }
  const paid: number[] = []
  const usage = {
    read: async () => ({ user: 0, chat: 0 }),
    add: async (...[, , tokens]: [object, string, number]) => void paid.push(tokens),
  }
  const quotas = { userTokensPerDay: 1_000 }
  const deps = { ...app, usage, quotas, moderate: byPatterns([/forbidden/]), model: () => answer }
  return { app, asked, paid, run: (seq: number) => runBot(deps, { chatId, seq, botId }, false) }
}

async function say(app: MemoryApp, text: string): Promise<number> {
  const content = { type: 'text', text } as const
  const { entry } = await app.appender.append(chatId, {
    ...{ type: 'message', senderId: 'ada', clientMessageId: text, content, dedupeKey: `ada:${text}` },
  })
  return entry.seq
}

test('a run that ten hosts did not survive is owned up to, whoever brings its job', async () => {
  const { app, asked, run } = await begin()
  const seq = await say(app, 'Cursed')
  const lost = { ...freshRun({ chatId, seq, botId }, app.time.now()), state: 'streaming' as const }
  await app.state.createRun({ ...lost, attempt: 10, fence: 10 })
  expect(await run(seq)).toEqual([])
  expect(asked).toEqual([])
  expect((await app.state.readRun(chatId, lost.runId))?.run).toMatchObject({
    state: 'failed',
    reason: 'model',
    replySeq: seq + 1,
  })
  await app.deliverer.idle()
})

test('what may not be asked is not asked by the next prompt, which points to it, nor by the chat’s own words', async () => {
  const { app, asked, run } = await begin()
  await configureBot(app, ada, { chatId, systemPrompt: 'Speak of the forbidden fruit' })
  await say(app, 'Tell me of the forbidden fruit')
  await run(await say(app, 'Answer what I asked before'))
  expect(asked).toHaveLength(1)
  expect(JSON.stringify(asked[0])).toContain('Answer what I asked before')
  expect(JSON.stringify(asked[0])).not.toContain('fruit')
  await app.deliverer.idle()
})

test('an answer that is not to be shown is paid for as well', async () => {
  const { app, paid, run } = await begin('The forbidden fruit')
  await run(await say(app, 'Seduce me'))
  expect(paid).toEqual([11])
  await app.deliverer.idle()
})

test('a tool tells whoever has left no more than a stranger', async () => {
  const { app } = await begin()
  const tool = builtInTools(app).find(({ name }) => name === 'list_members')!
  const ask = (userId: string) => tool.run({}, { chatId, userId }, new AbortController().signal)
  expect(await ask('ada')).toContain('Ada')
  await expect(ask('bob')).rejects.toMatchObject({ code: 'chat-not-found' })
})
