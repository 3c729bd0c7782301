import { takeBatch } from '../../../../shared/services/log/take-batch.ts'
import { pendingMessage } from '../../../support/pending.ts'

const oneSender = (count: number) => Array.from({ length: count }, (_, i) => pendingMessage('ada', `m${i}`))
const manySenders = (count: number) => Array.from({ length: count }, (_, i) => pendingMessage(`u${i}`, 'm'))

// A batch holds a create per entry, a read per sender and one guard.
test.each([
  ['one sender', oneSender, 100, 98],
  ['one sender', oneSender, 8, 6],
  ['as many senders as messages', manySenders, 100, 49],
  ['as many senders as messages', manySenders, 8, 3],
  ['one sender, and a limit beyond what Cosmos takes', oneSender, 1_000, 98],
])('of %s, %s: a limit of %i operations takes %i', (_what, waiting, limit, taken) => {
  expect(takeBatch(waiting(200), limit)).toHaveLength(taken)
})

test('a sender is read once, however often they write', () => {
  const waiting = ['ada', 'bob', 'ada', 'bob', 'ada', 'cy'].map((sender, i) =>
    pendingMessage(sender, `m${i}`),
  )
  expect(takeBatch(waiting, 8).map(({ entry }) => entry.clientMessageId)).toEqual([
    'm0',
    'm1',
    'm2',
    'm3',
    'm4',
  ])
})

test('what is taken comes from the front, in order; the rest waits', () => {
  const waiting = oneSender(8)
  expect(takeBatch(waiting, 6).map(({ entry }) => entry.clientMessageId)).toEqual(['m0', 'm1', 'm2', 'm3'])
  expect(waiting.map(({ entry }) => entry.clientMessageId)).toEqual(['m4', 'm5', 'm6', 'm7'])
})

test('one entry is always taken, and nothing of nothing', () => {
  expect(takeBatch(manySenders(3), 1)).toHaveLength(1)
  expect(takeBatch([], 100)).toEqual([])
})

test.each([
  ['ASCII', 'x'],
  ['multi-byte', '€'],
  ['escaped', '\u0001'],
])('a hundred of the longest %s messages stay below the 2 MB of a batch', (_what, character) => {
  const waiting = Array.from({ length: 100 }, (_, i) =>
    pendingMessage('ada', `m${i}`, character.repeat(8_000)),
  )
  const batch = takeBatch(waiting, 100)
  expect(batch.length).toBeGreaterThan(5)
  expect(Buffer.byteLength(JSON.stringify(batch.map(({ entry }) => entry)))).toBeLessThan(2_000_000)
})
