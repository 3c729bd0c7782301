// The world in which the commands of the conformance files are asked: three people, a direct chat, a group, a bot, two uploads.

import { runBot } from '../../shared/services/bots/run-bot.ts'
import { createChat } from '../../shared/services/chats/create-chat.ts'
import type { ModelChunk } from '../../shared/services/ports/model.ts'
import type { StoredUser } from '../../shared/services/ports/users.ts'
import { png } from '../support/media.ts'
import { type MemoryApp, memoryApp } from '../support/memory-app.ts'
import { actorOf, storedPerson } from '../support/stored-person.ts'

const person = (userId: string, displayName: string): StoredUser =>
  storedPerson(userId, {
    displayName,
    email: `${userId}@example.org`,
    passwordHash: '$argon2id$secret',
  })

export const ada = { ...actorOf('ada'), connectionId: 'conn-1' }
const BOT_CHAT = 'cAC38eb67w29s5TjX5mMZuW'
const at = (time: string): number => Date.parse(`2026-03-01T${time}.000Z`)

/** At 10:05 Ada has a direct chat with Bob, who wrote in it, a group with him, and an answer of the
 * assistant, read. */
export async function seededApp(): Promise<MemoryApp> {
  const app = memoryApp(at('10:00:00'), person('ada', 'Ada'), person('bob', 'Bob'), person('cy', 'Cy'))
  const { view } = await createChat(app, ada, { kind: 'direct', userId: 'bob' })
  app.time.set(at('10:01:00'))
  await createChat(app, ada, { kind: 'group', name: 'Chess', members: ['bob'], clientRequestId: 'chess' })
  app.time.set(at('10:02:00'))
  await createChat(app, ada, { kind: 'bot', clientRequestId: 'bot' })
  app.time.set(at('10:03:00'))
  await app.appender.append(view.item.chatId, message('bob', 'm1', 'hello'))
  app.time.set(at('10:04:00'))
  const { entry: prompt } = await app.appender.append(BOT_CHAT, message('ada', 'p1', 'Say hello'))
  const job = { chatId: prompt.chatId, seq: prompt.seq, botId: 'assistant' }
  await runBot({ ...app, model: () => () => sayHello(app) }, job, true)
  await app.deliverer.idle()
  await app.state.moveReceipt(BOT_CHAT, 'ada', 'read', { seq: 5, n: 2, at: '2026-03-01T10:04:30.000Z' })
  await announceFiles(app, view.item.chatId)
  app.time.set(at('10:05:00'))
  return app
}

/** Ada has uploaded a picture for the chat, and announced a file that she has not uploaded. */
async function announceFiles({ attachments, media }: MemoryApp, chatId: string): Promise<void> {
  const createdAt = '2026-03-01T10:04:00.000Z'
  const common = { chatId, uploaderId: 'ada', createdAt, pendingSince: at('10:04:00') }
  const picture = { name: 'picture.png', contentType: 'image/png', size: 67 }
  await attachments.create({ ...common, attachmentId: 'a1Picture', ...picture })
  const plan = { name: 'plan.pdf', contentType: 'application/pdf', size: 48_213 }
  await attachments.create({ ...common, attachmentId: 'a2', ...plan })
  const stored = { size: 67, contentType: 'image/png', isPlain: true, start: png(3, 2) }
  media.blobs.set(`${chatId}/a1Picture`, stored)
}

const message = (senderId: string, clientMessageId: string, text: string) => ({
  type: 'message' as const,
  senderId,
  clientMessageId,
  content: { type: 'text' as const, text },
  dedupeKey: `${senderId}:${clientMessageId}`,
})

/** A model that takes 20 ms to its first word and 20 more to the next. */
async function* sayHello({ time }: MemoryApp): AsyncGenerator<ModelChunk> {
  for (const text of ['Hel', 'lo!']) {
    await time.sleep(20)
    yield { text }
  }
  yield { usage: { promptTokens: 3, replyTokens: 2 } }
}
