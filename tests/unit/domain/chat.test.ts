import {
  chatGroup,
  currentReceipt,
  type Head,
  type Receipt,
  sessionGroup,
  unread,
  visibleFrom,
} from '../../../shared/domain/chat.ts'

const head: Head = {
  chatId: 'c1',
  seq: 40,
  n: 30,
  at: '2026-03-01T10:00:00.000Z',
  preview: 'hello',
  previewSeq: 0,
  senderId: 'ada',
  kind: 'group',
  name: 'Chess',
  memberCount: 3,
  sent: {
    ada: { seq: 40, n: 30, at: '2026-03-01T10:00:00.000Z' },
    bob: { seq: 20, n: 14, at: '2026-03-01T09:30:00.000Z' },
  },
}

const receipt = (seq: number, n: number): Receipt => ({
  chatId: 'c1',
  userId: 'bob',
  delivered: { seq, n, at: '2026-03-01T09:00:00.000Z' },
  read: { seq, n, at: '2026-03-01T09:00:00.000Z' },
})

const START = { seq: 0, n: 0 }

test.each([
  ['nothing read, nothing sent', 'cy', undefined, { seq: 0, n: 0 }],
  ['only the receipt', 'cy', receipt(12, 9), { seq: 12, n: 9 }],
  ['only an own message', 'bob', undefined, { seq: 20, n: 14 }],
  ['a receipt older than the own message', 'bob', receipt(12, 9), { seq: 20, n: 14 }],
  ['a receipt newer than the own message', 'bob', receipt(35, 26), { seq: 35, n: 26 }],
])('the read mark with %s', (_what, userId, known, expected) => {
  const { seq, n } = currentReceipt(head, userId, known).read
  expect({ seq, n }).toEqual(expected)
})

test('a receipt beyond the own message, on an entry that is no message, stays where it is', () => {
  expect(currentReceipt(head, 'bob', receipt(22, 14)).read).toMatchObject({ seq: 22, n: 14 })
})

test.each([
  ['never looked', START, START, START, 30],
  ['read half', START, START, { seq: 20, n: 14 }, 16],
  ['read all', START, START, { seq: 40, n: 30 }, 0],
  ['joined late', { seq: 35, n: 28 }, START, START, 2],
  ['cleared after reading', START, { seq: 39, n: 29 }, { seq: 20, n: 14 }, 1],
  ['read beyond a head that lags', START, START, { seq: 44, n: 33 }, 0],
])('unread when the user has %s', (_what, joined, cleared, read, expected) => {
  expect(unread(head, { joined, cleared }, read)).toBe(expected)
})

test.each([
  [START, START, 1],
  [{ seq: 7, n: 5 }, START, 8],
  [{ seq: 7, n: 5 }, { seq: 12, n: 9 }, 13],
  [{ seq: 12, n: 9 }, { seq: 7, n: 5 }, 13],
])('joined at %o and cleared at %o, the first visible seq is %i', (joined, cleared, expected) => {
  expect(visibleFrom({ joined, cleared }, undefined)).toBe(expected)
})

test('groups are named after the chat and the session', () => {
  expect(chatGroup('c1')).toBe('chat.c1')
  expect(sessionGroup('s1')).toBe('session.s1')
})
