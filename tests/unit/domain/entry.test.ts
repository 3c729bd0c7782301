import {
  type Content,
  messageKey,
  type NewEntry,
  place,
  preview,
  type StoredEntry,
  sameEntry,
} from '../../../shared/domain/entry.ts'

const AT = '2026-03-01T10:00:00.000Z'
const hello: NewEntry = {
  type: 'message',
  senderId: 'ada',
  clientMessageId: 'm1',
  content: { type: 'text', text: 'hello' },
  dedupeKey: 'ada:m1',
}
const role: NewEntry = {
  type: 'member',
  senderId: 'ada',
  userId: 'bob',
  change: 'role',
  role: 'admin',
  joined: { seq: 0, n: 0 },
  memberCount: 2,
  dedupeKey: 'change:1',
}
const photo: Content = {
  type: 'image',
  attachmentId: 'a1',
  name: 'cat.png',
  contentType: 'image/png',
  size: 9,
}
const stored = (over: object = {}): StoredEntry => ({
  ...({ ...hello, ...over } as typeof hello & { type: 'message' }),
  chatId: 'c1',
  seq: 8,
  n: 6,
  createdAt: AT,
  by: 'p1',
})

test('a message takes the next seq and the next n', () => {
  expect(place(hello, { seq: 7, n: 5 }, 'c1', AT)).toEqual({
    ...hello,
    chatId: 'c1',
    seq: 8,
    n: 6,
    createdAt: '2026-03-01T10:00:00.000Z',
  })
})

test('any other entry takes a seq and counts no message', () => {
  expect(place(role, { seq: 7, n: 5 }, 'c1', AT)).toMatchObject({ seq: 8, n: 5 })
  expect(place(role, { seq: 0, n: 0 }, 'c1', AT)).toMatchObject({ seq: 1, n: 0 })
})

test('the key of a message is its sender and the id the client chose, whatever that holds', () => {
  expect(messageKey('ada', 'm1')).toBe('ada:m1')
  expect(messageKey('ada', 'a:b')).toBe('ada:a:b')
})

test.each([
  ['the same text', {}, {}, true],
  ['other text', {}, { content: { type: 'text', text: 'Hello' } }, false],
  ['another reply', { replyTo: 3 }, { replyTo: 4 }, false],
  ['a reply now and none before', {}, { replyTo: 4 }, false],
  ['the same reply', { replyTo: 4 }, { replyTo: 4 }, true],
  ['an attachment instead of text', {}, { content: photo }, false],
  ['the same attachment', { content: photo }, { content: photo }, true],
  ['another attachment', { content: photo }, { content: { ...photo, attachmentId: 'a2' } }, false],
  ['another caption', { content: photo }, { content: { ...photo, caption: 'my cat' } }, false],
  ['the same file as another kind', { content: photo }, { content: { ...photo, type: 'file' } }, false],
])('a repeated append with %s', (_what, before, now, expected) => {
  expect(sameEntry(stored(before), { ...hello, ...now } as NewEntry)).toBe(expected)
})

test('an entry of another type is never the same append', () => {
  expect(sameEntry(stored(), role)).toBe(false)
})

test.each([
  ['plain text', { type: 'text', text: 'hello' }, 'hello'],
  ['line breaks and runs of space', { type: 'text', text: '  a\n\n b\t c ' }, 'a b c'],
  ['a caption', { ...photo, caption: 'my cat' }, 'my cat'],
  ['a file without caption', photo, 'cat.png'],
] as const)('the preview of %s', (_what, content, expected) => {
  expect(preview(content)).toBe(expected)
})

test('a preview ends after 120 characters and never inside one', () => {
  const shown = preview({ type: 'text', text: `${'x'.repeat(119)}😀😀` })
  expect(shown).toBe(`${'x'.repeat(119)}😀`)
  expect(shown.isWellFormed()).toBe(true)
})
