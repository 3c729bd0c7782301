import {
  createLane,
  learnRivals,
  learnTail,
  rivalCount,
  tailIsStale,
} from '../../../../shared/services/log/lane.ts'
import { storedMessage } from '../../../support/pending.ts'

const written = (seq: number, by: string) => storedMessage(seq, 'ada', `m${seq}`, by)

/** A lane that learned at 1,000 ms that the tail is entry 5, ours. */
function laneAtFive() {
  const lane = createLane('c1')
  learnTail(lane, written(5, 'me'), 1_000)
  return lane
}

test('the tail moves forward only', () => {
  const lane = laneAtFive()
  learnTail(lane, written(4, 'me'), 2_000)
  expect([lane.tail, lane.tailAt]).toEqual([{ seq: 5, n: 5 }, 1_000])
  learnTail(lane, written(7, 'me'), 3_000)
  expect([lane.tail, lane.tailAt]).toEqual([{ seq: 7, n: 7 }, 3_000])
})

test('the same tail seen again is fresh again', () => {
  const lane = laneAtFive()
  learnTail(lane, written(5, 'me'), 2_000)
  expect(lane.tailAt).toBe(2_000)
})

test('a tail of type closed ends the chat', () => {
  const lane = laneAtFive()
  const { seq: _, type: __, ...rest } = written(6, 'me')
  learnTail(lane, { ...rest, seq: 6, type: 'closed' }, 2_000)
  expect(lane.closed).toBe(true)
})

test('alone in a chat the tail never goes stale', () => {
  const lane = laneAtFive()
  learnRivals(lane, [written(6, 'me'), written(7, 'me')], 'me', 1_500)
  expect(rivalCount(lane, 1_500)).toBe(0)
  expect(tailIsStale(lane, 9_000_000)).toBe(false)
})

test('others are counted by process, for a second', () => {
  const lane = laneAtFive()
  learnRivals(lane, [written(6, 'p1'), written(7, 'p2'), written(8, 'p1'), written(9, 'me')], 'me', 1_500)
  expect(rivalCount(lane, 1_500)).toBe(2)
  expect(rivalCount(lane, 2_500)).toBe(2)
  expect(rivalCount(lane, 2_501)).toBe(0)
})

test('whoever was seen before that second counts no more', () => {
  const lane = laneAtFive()
  learnRivals(lane, [written(6, 'p1')], 'me', 1_500)
  learnRivals(lane, [written(7, 'p2')], 'me', 2_501)
  expect(rivalCount(lane, 2_501)).toBe(1)
  expect([...lane.rivals]).toEqual(['p2'])
})

// Two foreign entries in half a second, halved by smoothing: 2 a second, so 0.3 are expected after 150 ms.
test('the tail is stale as soon as more than 0.3 foreign entries are expected', () => {
  const lane = laneAtFive()
  learnRivals(lane, [written(6, 'p1'), written(7, 'p1')], 'me', 1_500)
  learnTail(lane, written(7, 'p1'), 1_500)
  expect(lane.foreignRate).toBe(2)
  expect(tailIsStale(lane, 1_500)).toBe(false)
  expect(tailIsStale(lane, 1_650)).toBe(false)
  expect(tailIsStale(lane, 1_651)).toBe(true)
  expect(tailIsStale(lane, 2_500)).toBe(true)
})

test('a tail that went stale is not guessed stale once its rivals are silent', () => {
  const lane = laneAtFive()
  learnRivals(lane, [written(6, 'p1'), written(7, 'p1')], 'me', 1_500)
  expect(tailIsStale(lane, 2_501)).toBe(false)
})

test('entries found in the very millisecond do not make an infinite rate', () => {
  const lane = laneAtFive()
  learnRivals(lane, [written(6, 'p1')], 'me', 1_000)
  expect(lane.foreignRate).toBe(100)
})
