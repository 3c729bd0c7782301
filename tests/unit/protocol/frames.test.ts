import type { StoredEntry } from '../../../shared/domain/entry.ts'
import { ChatError } from '../../../shared/domain/error.ts'
import { entriesFrames, errorFrame, receiptFrame, replyFrame } from '../../../shared/protocol/frames.ts'
import { toProblem } from '../../../shared/protocol/problem.ts'

const MAX_FRAME_BYTES = 262_144

const message = (seq: number, text: string): StoredEntry => ({
  type: 'message',
  chatId: 'c1',
  seq,
  n: seq,
  senderId: 'ada',
  createdAt: '2026-03-01T10:00:00.000Z',
  clientMessageId: `m${seq}`,
  content: { type: 'text', text },
  dedupeKey: `ada:m${seq}`,
  by: 'p1',
})
const log = (count: number, text: string) => Array.from({ length: count }, (_, i) => message(i + 1, text))
const bytes = (frame: unknown) => Buffer.byteLength(JSON.stringify(frame))

test('a few entries are one frame, in log order', () => {
  const frames = entriesFrames('c1', log(3, 'x'))
  expect(frames).toHaveLength(1)
  expect(frames[0]).toMatchObject({
    type: 'entries',
    chatId: 'c1',
    entries: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
  })
})

test('no entries are no frame', () => {
  expect(entriesFrames('c1', [])).toEqual([])
})

// One character of each can take 1, 3 and, escaped, 6 bytes.
test.each([
  ['ASCII', 'x'],
  ['multi-byte', '€'],
  ['escaped', '\u0001'],
])(
  'the longest %s messages go out in frames below 256 KiB, each entry once and in order',
  (_what, character) => {
    const frames = entriesFrames('c1', log(60, character.repeat(8_000)))
    expect(frames.length).toBeGreaterThan(1)
    expect(frames.filter((frame) => bytes(frame) > MAX_FRAME_BYTES)).toEqual([])
    const seqs = frames.flatMap(({ entries }) => entries.map(({ seq }) => seq))
    expect(seqs).toEqual(log(60, '').map(({ seq }) => seq))
  },
)

test('a frame is filled before the next begins', () => {
  const frames = entriesFrames('c1', log(60, 'x'.repeat(8_000)))
  expect(frames.map(({ entries }) => entries.length)).toEqual([30, 30])
})

test('a receipt names chat, user and both marks, without counts', () => {
  const frame = receiptFrame({
    chatId: 'c1',
    userId: 'bob',
    delivered: { seq: 9, n: 7, at: '2026-03-01T10:00:00.000Z' },
    read: { seq: 0, n: 0, at: null },
  })
  expect(frame).toEqual({
    type: 'receipt',
    chatId: 'c1',
    userId: 'bob',
    delivered: { seq: 9, at: '2026-03-01T10:00:00.000Z' },
    read: { seq: 0, at: null },
  })
})

test('a reply carries the id it answers, whatever its type', () => {
  expect(replyFrame('7', { a: 1 })).toEqual({ type: 'reply', id: '7', ok: true, result: { a: 1 } })
  expect(replyFrame(7, {})).toEqual({ type: 'reply', id: 7, ok: true, result: {} })
  const problem = toProblem(new ChatError('forbidden', 'No.'), 't1')
  expect(errorFrame(null, problem)).toMatchObject({
    type: 'reply',
    id: null,
    ok: false,
    error: { code: 'forbidden', status: 403, traceId: 't1' },
  })
})
