import { applyChanges } from '../../../../shared/services/feed/apply-changes.ts'
import { repair } from '../../../../shared/services/feed/repair.ts'
import { deleteMessage } from '../../../../shared/services/messages/delete-message.ts'
import { editMessage } from '../../../../shared/services/messages/edit-message.ts'
import { setReaction } from '../../../../shared/services/messages/react.ts'
import { ada, seededApp } from '../../../conformance/seeded.ts'
import type { MemoryApp } from '../../../support/memory-app.ts'

// The seeded world: Ada's group with Bob, and a chat with the assistant in which 4 is a prompt and 5 its answer.
const GROUP = 'cHLoHbB2jYpd0A6NZS6sA3k'
const BOT_CHAT = 'cAC38eb67w29s5TjX5mMZuW'
const RUN = 'rYHCtt4XRYMReKMwqp2pXmo'

const replay = async (app: MemoryApp, chatId: string) =>
  applyChanges(app, chatId, await app.log.readFrom(chatId, 1, 100))

/** A message that names Bob, committed by a process that did no more. */
async function naming(app: MemoryApp): Promise<number> {
  const { entry } = await app.appender.append(GROUP, {
    type: 'message',
    senderId: 'ada',
    content: { type: 'text', text: '@Bob' },
    mentions: ['bob', 'ada'],
    dedupeKey: 'ada:m1',
  })
  await app.deliverer.idle()
  return entry.seq
}

const mentionsOf = async (app: MemoryApp, userId: string) =>
  (await app.inbox.read(userId, GROUP))?.mentions ?? []

test('whom a message names learns it from the feed, once, however often it comes by; oneself never', async () => {
  const app = await seededApp()
  const seq = await naming(app)
  await replay(app, GROUP)
  await replay(app, GROUP)
  expect(await mentionsOf(app, 'bob')).toEqual([seq])
  expect(await mentionsOf(app, 'ada')).toEqual([])
})

test('read from the beginning, a message that was edited and deleted names nobody', async () => {
  const app = await seededApp()
  const seq = await naming(app)
  const content = { type: 'text', text: '@Cy' } as const
  await editMessage(app, ada, { chatId: GROUP, seq, clientMessageId: 'e1', content, mentions: [] })
  await replay(app, GROUP)
  expect(await mentionsOf(app, 'bob')).toEqual([])
  await editMessage(app, ada, { chatId: GROUP, seq, clientMessageId: 'e2', content, mentions: ['bob'] })
  await replay(app, GROUP)
  expect(await mentionsOf(app, 'bob')).toEqual([seq])
  await deleteMessage(app, ada, { chatId: GROUP, seq })
  await replay(app, GROUP)
  expect(await mentionsOf(app, 'bob')).toEqual([])
})

test('the newest hundred mentions are kept', async () => {
  const app = await seededApp()
  for (let seq = 101; seq > 0; seq--) await app.inbox.mention('bob', GROUP, seq, true)
  await app.inbox.mention('bob', GROUP, 1, true)
  expect(await mentionsOf(app, 'bob')).toEqual(Array.from({ length: 100 }, (_, i) => i + 2))
})

test('a prompt that was edited or reacted to is not asked again; one changed before it was asked, still', async () => {
  const app = await seededApp()
  const content = { type: 'text', text: 'Say hello, please' } as const
  await editMessage(app, ada, { chatId: BOT_CHAT, seq: 4, clientMessageId: 'e1', content })
  await setReaction(app, ada, { chatId: BOT_CHAT, seq: 4, emoji: '👍', on: true })
  await app.deliverer.idle()
  expect((await replay(app, BOT_CHAT)).botJobs).toEqual([])
  const prompt = (clientMessageId: string) =>
    app.appender.append(BOT_CHAT, {
      type: 'message',
      senderId: 'ada',
      clientMessageId,
      content,
      dedupeKey: `ada:${clientMessageId}`,
    })
  const { entry: edited } = await prompt('p2')
  await editMessage(app, ada, { chatId: BOT_CHAT, seq: edited.seq, clientMessageId: 'e2', content })
  const { entry: deleted } = await prompt('p3')
  await deleteMessage(app, ada, { chatId: BOT_CHAT, seq: deleted.seq })
  await app.deliverer.idle()
  expect((await replay(app, BOT_CHAT)).botJobs).toEqual([
    { chatId: BOT_CHAT, seq: edited.seq, botId: 'assistant' },
  ])
})

test('the order of chats is that of what was said: an old message that changes brings nothing up', async () => {
  const app = await seededApp()
  await replay(app, BOT_CHAT)
  const before = (await app.inbox.read('ada', BOT_CHAT))?.activeAt
  app.time.set(Date.parse('2026-03-01T12:00:00.000Z'))
  await setReaction(app, ada, { chatId: BOT_CHAT, seq: 4, emoji: '👍', on: true })
  await app.deliverer.idle()
  await replay(app, BOT_CHAT)
  expect((await app.inbox.read('ada', BOT_CHAT))?.activeAt).toBe(before)
})

test('a head that does not read as its message does is mended', async () => {
  const app = await seededApp()
  await deleteMessage(app, ada, { chatId: BOT_CHAT, seq: 5 })
  await app.deliverer.idle()
  await app.state.retouchPreview(BOT_CHAT, 5, 'Hello!')
  await replay(app, BOT_CHAT)
  expect(await app.state.readHead(BOT_CHAT)).toMatchObject({ seq: 6, previewSeq: 5, preview: '' })
})

test('a reply deleted before its run has ended: the feed comes back until the text is gone', async () => {
  const app = await seededApp()
  const setRun = async (change: object) => {
    const { run, etag } = (await app.state.readRun(BOT_CHAT, RUN))!
    await app.state.replaceRun({ ...run, ...change }, etag)
  }
  await setRun({ state: 'streaming' })
  await deleteMessage(app, ada, { chatId: BOT_CHAT, seq: 5 })
  await app.deliverer.idle()
  const { repairs } = await replay(app, BOT_CHAT)
  expect(repairs).toEqual([{ chatId: BOT_CHAT, from: 6, through: 6 }])
  await expect(repair(app, repairs[0]!)).rejects.toMatchObject({ code: 'busy' })
  expect((await app.state.readRun(BOT_CHAT, RUN))?.run.text).toBe('Hello!')
  await setRun({ state: 'done' })
  await repair(app, repairs[0]!)
  expect((await app.state.readRun(BOT_CHAT, RUN))?.run).toMatchObject({ state: 'done', text: '' })
})
