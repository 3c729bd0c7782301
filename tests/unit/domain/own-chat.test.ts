import {
  type Chat,
  changedItem,
  type InboxItem,
  isHidden,
  publicPlace,
  START,
} from '../../../shared/domain/chat.ts'

const item: InboxItem = {
  userId: 'ada',
  chatId: 'c',
  kind: 'direct',
  peer: null,
  role: 'member',
  joined: START,
  cleared: { seq: 7, n: 4 },
  activeAt: '2026-03-01T10:00:00.000Z',
  muted: false,
  pinned: true,
  memberSeq: 2,
  removed: false,
}

test('a change leaves what it does not name; clearing goes only forward', () => {
  expect(changedItem(item, { muted: true, changedAt: 9 })).toEqual({ ...item, muted: true, changedAt: 9 })
  expect(changedItem(item, { cleared: { seq: 6, n: 3 }, changedAt: 9 }).cleared).toEqual({ seq: 7, n: 4 })
  expect(changedItem(item, { cleared: { seq: 8, n: 5 }, changedAt: 9 }).cleared).toEqual({ seq: 8, n: 5 })
})

test('a chat put away stays so until a message, not until a reaction; or until it is asked for', () => {
  const hidden = changedItem(item, { hiddenAt: 9, changedAt: 9 })
  expect(hidden.hiddenAt).toBe(9)
  expect([8, 9, 10].map((previewSeq) => isHidden(hidden, { previewSeq }))).toEqual([true, true, false])
  expect(changedItem(hidden, { muted: true, changedAt: 10 }).hiddenAt).toBe(9)
  expect(isHidden(changedItem(hidden, { hiddenAt: null, changedAt: 10 }), { previewSeq: 8 })).toBe(false)
})

test('only an open public group stands among the public ones, under its name without case and accents', () => {
  const group: Chat = {
    chatId: 'c1',
    kind: 'group',
    name: ' Café  Noir',
    visibility: 'public',
    createdBy: 'ada',
    createdAt: '2026-03-01T10:00:00.000Z',
    bots: [],
  }
  expect(publicPlace(group)).toBe('cafe  noir\u0000c1')
  expect(publicPlace({ ...group, visibility: 'private' })).toBeUndefined()
  expect(publicPlace({ ...group, closed: true })).toBeUndefined()
})
