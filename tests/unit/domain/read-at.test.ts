import { type ReadStep, readTimes } from '../../../shared/domain/read-at.ts'

const at = (minute: number): string => `2026-03-01T10:${String(minute).padStart(2, '0')}:00.000Z`
const said = (senderId: string, seq: number, minute: number) => ({ senderId, seq, createdAt: at(minute) })
const step = (userId: string, from: number, seq: number, minute: number): ReadStep => ({
  userId,
  from,
  seq,
  at: at(minute),
})
const page = [said('ada', 4, 0), said('ada', 5, 1), said('ada', 6, 2), said('bob', 7, 9), said('ada', 8, 10)]
const minutes = (times: Map<number, string>) =>
  Object.fromEntries([...times].map(([seq, time]) => [seq, Number(time.slice(14, 16))]))

test('the step that first passed a message says when it was read', () => {
  const steps = [step('bob', 0, 4, 3), step('bob', 4, 6, 5), step('bob', 6, 8, 12)]
  expect(minutes(readTimes(page, [], steps))).toEqual({ 4: 3, 5: 5, 6: 5, 7: 10, 8: 12 })
})

test('an answer reads what stands before it, where no mark did so earlier', () => {
  expect(minutes(readTimes(page, [], [step('bob', 0, 4, 3)]))).toEqual({ 4: 3, 5: 9, 6: 9, 7: 10 })
  expect(minutes(readTimes(page, [], [step('bob', 0, 8, 30)]))).toEqual({ 4: 9, 5: 9, 6: 9, 7: 10, 8: 30 })
})

test('an answer beyond the page counts as well', () => {
  expect(minutes(readTimes([said('ada', 8, 10)], [said('bob', 20, 40)], []))).toEqual({ 8: 40 })
})

test('nobody reads their own messages, and what nobody read has no time', () => {
  expect(minutes(readTimes([said('ada', 8, 10)], [], [step('ada', 0, 8, 11)]))).toEqual({})
})
