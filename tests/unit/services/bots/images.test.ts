import type { MessageEntry } from '../../../../shared/domain/entry.ts'
import { pictured } from '../../../../shared/services/bots/images.ts'

const MB = 1024 * 1024

const image = (seq: number, size: number, contentType = 'image/png'): MessageEntry => ({
  type: 'message',
  chatId: 'c1',
  seq,
  n: seq,
  senderId: 'ada',
  createdAt: '2026-03-01T10:00:00.000Z',
  content: { type: 'image', attachmentId: `a${seq}`, name: 'a.png', contentType, size },
})
const shown = (...messages: MessageEntry[]) => [...pictured(messages)].map(({ seq }) => seq)

test('the newest four pictures are shown', () => {
  expect(shown(image(1, 100), image(2, 100), image(3, 100), image(4, 100), image(5, 100))).toEqual([
    5, 4, 3, 2,
  ])
})

test('none that is too large or of a type that not every model takes, and not too much in all', () => {
  expect(shown(image(1, 100), image(2, 5 * MB), image(3, 100, 'image/svg+xml'))).toEqual([1])
  expect(shown(image(1, MB), image(2, 4 * MB), image(3, 3 * MB), image(4, 4 * MB))).toEqual([4, 3, 1])
})
