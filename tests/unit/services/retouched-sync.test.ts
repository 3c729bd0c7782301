import type { NewEntry } from '../../../shared/domain/entry.ts'
import { deleteMessage } from '../../../shared/services/messages/delete-message.ts'
import { editMessage } from '../../../shared/services/messages/edit-message.ts'
import { setReaction } from '../../../shared/services/messages/react.ts'
import { sync } from '../../../shared/services/sync.ts'
import { ada, seededApp } from '../../conformance/seeded.ts'

const GROUP = 'cHLoHbB2jYpd0A6NZS6sA3k'

const message = (id: string): NewEntry => ({
  type: 'message',
  senderId: 'ada',
  clientMessageId: id,
  content: { type: 'text', text: id },
  dedupeKey: `ada:${id}`,
})

test('beyond 500 entries a snapshot shows the newest messages as they stand', async () => {
  const app = await seededApp()
  for (let i = 0; i < 40; i++) await app.appender.append(GROUP, message(`m${i}`))
  // Taken back and given again: entries without end, and one reaction.
  for (let i = 0; i < 461; i++)
    await setReaction(app, ada, { chatId: GROUP, seq: 43, emoji: '👍', on: i % 2 === 0 })
  const content = { type: 'text', text: 'edited' } as const
  await editMessage(app, ada, { chatId: GROUP, seq: 42, clientMessageId: 'e1', content })
  await deleteMessage(app, ada, { chatId: GROUP, seq: 41 })
  await app.deliverer.idle()
  const { chats } = await sync(app, ada, { chats: { [GROUP]: 3 } })
  const group = chats.find(({ view }) => view.item.chatId === GROUP)!
  expect(group.entries).toBeUndefined()
  expect(group.snapshot).toHaveLength(40)
  expect(group.snapshot!.slice(-3)).toMatchObject([
    { seq: 41, deletedAt: '2026-03-01T10:05:00.000Z' },
    { seq: 42, content, revision: 1 },
    { seq: 43, reactions: { '👍': ['ada'] } },
  ])
  expect(group.snapshot!.at(-3)).not.toHaveProperty('content')
  expect(group.view.head).toMatchObject({ seq: 3 + 40 + 461 + 2, n: 40, preview: 'm39' })
})
