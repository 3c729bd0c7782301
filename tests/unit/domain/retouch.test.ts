import type { Content } from '../../../shared/domain/entry.ts'
import {
  edit,
  editContent,
  erase,
  isTouched,
  react,
  type StoredMessage,
  tracesOf,
} from '../../../shared/domain/retouch.ts'
import { storedMessage } from '../../support/pending.ts'

const AT = '2026-03-01T10:05:00.000Z'
const hello = storedMessage(4, 'ada', 'hello') as StoredMessage
const photo: Content = {
  type: 'image',
  attachmentId: 'a1',
  name: 'view.jpg',
  contentType: 'image/jpeg',
  size: 9,
  caption: 'A view',
  width: 4,
  height: 3,
}

test('a text becomes another text; media keep all but the caption', () => {
  expect(editContent({ type: 'text', text: 'a' }, { type: 'text', text: 'b' })).toEqual({
    content: { type: 'text', text: 'b' },
  })
  expect(editContent(photo, { type: 'image', attachmentId: 'a1', caption: 'The view' })).toEqual({
    content: { ...photo, caption: 'The view' },
  })
  expect(editContent(photo, { type: 'image', attachmentId: 'a1' })).toEqual({
    content: { ...photo, caption: undefined },
  })
  expect(editContent(photo, { ...photo, caption: 'x' })).toEqual({ content: { ...photo, caption: 'x' } })
})

test.each([
  ['type', { type: 'text', text: 'x' }],
  ['type', { type: 'video', attachmentId: 'a1' }],
  ['attachmentId', { type: 'image', attachmentId: 'a2' }],
  ['size', { type: 'image', attachmentId: 'a1', size: 10 }],
] as const)('an edit of media cannot change its %s', (fixed, asked) => {
  expect(editContent(photo, asked)).toEqual({ fixed })
})

test('edits count their revisions, and leave whom the message names unless told', () => {
  const content = { type: 'text', text: 'b' } as const
  const named = { ...hello, mentions: ['bob'] }
  const first = edit(named, { content, mentions: undefined, at: AT })
  expect(first).toMatchObject({ content, mentions: ['bob'], revision: 1, editedAt: AT })
  expect(edit(first, { content, mentions: [], at: AT })).toMatchObject({ mentions: [], revision: 2 })
})

test('what is deleted keeps its place and its sender; who cleans up gets ids', () => {
  const full = { ...hello, content: photo, mentions: ['bob'], reactions: { '👍': ['bob'] }, revision: 1 }
  const { content: _, ...place } = hello
  expect(erase(full, AT)).toEqual({ ...place, revision: 1, deletedAt: AT })
  expect(tracesOf(full)).toEqual({ dropped: ['bob'], attachmentId: 'a1' })
  expect(tracesOf(hello)).toEqual({})
})

test('reactions go on and off once each; the last one off leaves the message touched', () => {
  const on = react(hello, { userId: 'ada', emoji: '👍', on: true }) as StoredMessage
  expect(on.reactions).toEqual({ '👍': ['ada'] })
  expect(react(on, { userId: 'ada', emoji: '👍', on: true })).toBeUndefined()
  expect(react(on, { userId: 'bob', emoji: '👍', on: false })).toBeUndefined()
  const both = react(on, { userId: 'bob', emoji: '👍', on: true }) as StoredMessage
  expect(both.reactions).toEqual({ '👍': ['ada', 'bob'] })
  expect(react(both, { userId: 'ada', emoji: '👍', on: false })).toMatchObject({
    reactions: { '👍': ['bob'] },
  })
  const off = react(on, { userId: 'ada', emoji: '👍', on: false }) as StoredMessage
  expect(off.reactions).toEqual({})
  expect([hello, on, off].map(isTouched)).toEqual([false, true, true])
})

test('a message takes 20 different emoji and 1,000 reactions', () => {
  const users = Array.from({ length: 999 }, (_, i) => `u${i}`)
  const crowded = { ...hello, reactions: { '👍': users } }
  const last = react(crowded, { userId: 'ada', emoji: '👍', on: true }) as StoredMessage
  expect(last.reactions!['👍']).toHaveLength(1_000)
  expect(react(last, { userId: 'bob', emoji: '👍', on: true })).toBe('full')
  expect(react(last, { userId: 'ada', emoji: '👍', on: false })).toMatchObject({ reactions: { '👍': users } })
  const faces = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`e${i}`, ['ada']]))
  const colourful = { ...hello, reactions: faces }
  expect(react(colourful, { userId: 'bob', emoji: '👍', on: true })).toBe('full')
  expect(react(colourful, { userId: 'bob', emoji: 'e0', on: true })).toMatchObject({
    reactions: { e0: ['ada', 'bob'] },
  })
})
