// The world in which the commands of the conformance files are asked: three people, a direct chat, a group, a bot.
import { createChat } from '../../shared/services/chats/create-chat.ts'
import type { StoredUser } from '../../shared/services/ports.ts'
import { type MemoryApp, memoryApp } from '../support/memory-app.ts'

const person = (userId: string, displayName: string): StoredUser => ({
  userId,
  handle: userId,
  displayName,
  email: `${userId}@example.org`,
  profile: { type: 'member' },
  role: 'user',
  createdAt: '2026-03-01T09:00:00.000Z',
  passwordHash: '$argon2id$secret',
})

export const ada = { userId: 'ada', sessionId: 's1', role: 'user', connectionId: 'conn-1' } as const
const bob = { userId: 'bob', sessionId: 's2', role: 'user' } as const
const at = (time: string): number => Date.parse(`2026-03-01T${time}.000Z`)

/** At 10:05 Ada has a direct chat with Bob, who wrote in it, a group with him, and a chat with the assistant. */
export async function seededApp(): Promise<MemoryApp> {
  const app = memoryApp(at('10:00:00'), person('ada', 'Ada'), person('bob', 'Bob'), person('cy', 'Cy'))
  const { view } = await createChat(app, ada, { kind: 'direct', userId: 'bob' })
  app.time.set(at('10:01:00'))
  await createChat(app, ada, { kind: 'group', name: 'Chess', members: ['bob'], clientRequestId: 'chess' })
  app.time.set(at('10:02:00'))
  await createChat(app, ada, { kind: 'bot', clientRequestId: 'bot' })
  app.time.set(at('10:03:00'))
  const { chatId } = view.item
  const hello = {
    type: 'message',
    senderId: bob.userId,
    clientMessageId: 'm1',
    content: { type: 'text', text: 'hello' },
    dedupeKey: 'bob:m1',
  } as const
  await app.appender.append(chatId, hello)
  await app.deliverer.idle()
  app.time.set(at('10:05:00'))
  app.push.calls.length = 0
  return app
}
