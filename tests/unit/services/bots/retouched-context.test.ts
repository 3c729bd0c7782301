import { runBot } from '../../../../shared/services/bots/run-bot.ts'
import { deleteMessage } from '../../../../shared/services/messages/delete-message.ts'
import { editMessage } from '../../../../shared/services/messages/edit-message.ts'
import type { ModelChunk, ModelRequest } from '../../../../shared/services/ports/model.ts'
import { ada, seededApp } from '../../../conformance/seeded.ts'

const BOT_CHAT = 'cAC38eb67w29s5TjX5mMZuW'

test('the model is told what stands: the edited prompt as it reads now, and nothing of what was deleted', async () => {
  const app = await seededApp()
  const asked: ModelRequest[] = []
  async function* answer(request: ModelRequest): AsyncGenerator<ModelChunk> {
    asked.push(request)
    yield { text: 'Fine.' }
  }
  const content = { type: 'text', text: 'Say hello, please' } as const
  await editMessage(app, ada, { chatId: BOT_CHAT, seq: 4, clientMessageId: 'e1', content })
  await deleteMessage(app, ada, { chatId: BOT_CHAT, seq: 5 })
  const prompt = (clientMessageId: string, text: string) =>
    app.appender.append(BOT_CHAT, {
      type: 'message',
      senderId: 'ada',
      clientMessageId,
      content: { type: 'text', text },
      dedupeKey: `ada:${clientMessageId}`,
    })
  const { entry } = await prompt('p2', 'And now?')
  const run = (seq: number) =>
    runBot({ ...app, model: () => answer }, { chatId: BOT_CHAT, seq, botId: 'assistant' }, true)
  await run(entry.seq)
  expect(asked.map(({ turns }) => turns)).toEqual([
    [
      { role: 'user', text: 'Say hello, please' },
      { role: 'user', text: 'And now?' },
    ],
  ])
  const { entry: gone } = await prompt('p3', 'Never mind')
  await deleteMessage(app, ada, { chatId: BOT_CHAT, seq: gone.seq })
  await run(gone.seq)
  expect(asked).toHaveLength(1)
  await app.deliverer.idle()
})
