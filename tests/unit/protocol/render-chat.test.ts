import type { Head, InboxItem } from '../../../shared/domain/chat.ts'
import { renderChat } from '../../../shared/protocol/render-chat.ts'

const START = { seq: 0, n: 0 }
const item: InboxItem = {
  userId: 'ada',
  chatId: 'c1',
  kind: 'group',
  peer: null,
  role: 'owner',
  joined: START,
  cleared: START,
  activeAt: '2026-03-01T10:00:00.000Z',
  muted: false,
  pinned: true,
  memberSeq: 2,
  removed: false,
}
const head: Head = {
  chatId: 'c1',
  kind: 'group',
  name: 'Chess',
  memberCount: 2,
  seq: 9,
  n: 6,
  at: '2026-03-01T11:00:00.000Z',
  preview: 'e4',
  previewSeq: 0,
  senderId: 'bob',
  sent: { bob: { seq: 9, n: 6, at: '2026-03-01T11:00:00.000Z' } },
}
const mark = { seq: 8, n: 5, at: '2026-03-01T10:30:00.000Z' }
const receipt = { chatId: 'c1', userId: 'ada', delivered: mark, read: mark }

test('a group, as one member sees it', () => {
  expect(renderChat({ item, head, receipt, unread: 1, unreadMentions: 0, members: ['ada', 'bob'] })).toEqual({
    chatId: 'c1',
    kind: 'group',
    name: 'Chess',
    role: 'owner',
    visibility: 'private',
    memberCount: 2,
    members: ['ada', 'bob'],
    head: { seq: 9, n: 6, at: '2026-03-01T11:00:00.000Z', preview: 'e4' },
    unread: 1,
    unreadMentions: 0,
    receipt: {
      delivered: { seq: 8, at: '2026-03-01T10:30:00.000Z' },
      read: { seq: 8, at: '2026-03-01T10:30:00.000Z' },
    },
    muted: false,
    pinned: true,
  })
})

test('a group whose members were not read names none', () => {
  expect(renderChat({ item, head, receipt, unread: 1, unreadMentions: 0 })).not.toHaveProperty('members')
})

test('a group says how many are in it, the count that was just read before the one of the head', () => {
  const large = { ...head, memberCount: 5_000, visibility: 'public' } as const
  const view = { item, head: large, receipt, unread: 1, unreadMentions: 0 }
  expect(renderChat(view)).toMatchObject({ visibility: 'public', memberCount: 5_000 })
  expect(renderChat({ ...view, members: ['ada', 'bob', 'cy'] })).toMatchObject({ memberCount: 3 })
})

test('a direct chat carries the other person’s name and both members', () => {
  const direct = { ...item, kind: 'direct', peer: { userId: 'bob', name: 'Bob' }, role: 'member' } as const
  expect(
    renderChat({ item: direct, head: { ...head, name: null }, receipt, unread: 0, unreadMentions: 0 }),
  ).toMatchObject({
    kind: 'direct',
    name: 'Bob',
    members: ['ada', 'bob'],
  })
})

test('a bot chat names its bot and not how the bot is made', () => {
  const bot = { botId: 'b1', displayName: 'Assistant', systemPrompt: 'Be brief.', model: 'm' }
  expect(
    renderChat({ item: { ...item, kind: 'bot' }, head, receipt, unread: 0, unreadMentions: 0, bot }),
  ).toMatchObject({
    bot: { botId: 'b1', displayName: 'Assistant' },
  })
  expect(
    JSON.stringify(renderChat({ item, head, receipt, unread: 0, unreadMentions: 0, bot })),
  ).not.toContain('Be brief.')
})
