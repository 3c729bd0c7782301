import { createRevocations } from '../../../../shared/services/auth/revocations.ts'
import { fixedTime } from '../../../support/fixed-time.ts'
import { memorySessions } from '../../../support/memory-sessions.ts'

const TEN = 1_772_359_200_000

function start() {
  const time = fixedTime(TEN)
  const sessions = memorySessions()
  return { time, sessions, revocations: createRevocations(sessions, time) }
}

test('the first question reads what the longest token may still need, the next ones nothing for a second', async () => {
  const { time, sessions, revocations } = start()
  await revocations.has('s1')
  for (const ms of [1, 500, 999, 1_000]) {
    time.set(TEN + ms)
    await revocations.has('s1')
  }
  expect(sessions.asked).toEqual([1_772_272_800_000])
})

test('after a second it reads again, from ten seconds before the last time', async () => {
  const { time, sessions, revocations } = start()
  await revocations.has('s1')
  time.set(TEN + 1_001)
  await revocations.has('s1')
  expect(sessions.asked).toEqual([1_772_272_800_000, 1_772_359_190_000])
})

test('questions that meet share one read', async () => {
  const { sessions, revocations } = start()
  expect(await Promise.all(['s1', 's2', 's1'].map((id) => revocations.has(id)))).toEqual([
    false,
    false,
    false,
  ])
  expect(sessions.asked).toHaveLength(1)
})

test('what another process ended is known a second later at most, and stays known', async () => {
  const { time, sessions, revocations } = start()
  expect(await revocations.has('s1')).toBe(false)
  await sessions.revoke('ada', 's1', TEN + 100)
  time.set(TEN + 1_001)
  expect(await revocations.has('s1')).toBe(true)
  expect(await revocations.has('s2')).toBe(false)
  time.set(TEN + 15 * 60_000)
  expect(await revocations.has('s1')).toBe(true)
})

test('what this process ended is known at once', async () => {
  const { sessions, revocations } = start()
  await revocations.has('s1')
  revocations.note('s1')
  expect(await revocations.has('s1')).toBe(true)
  expect(sessions.asked).toHaveLength(1)
})

test('a read that failed is no answer, and the next question reads again', async () => {
  const { sessions, revocations } = start()
  await sessions.revoke('ada', 's1', TEN)
  const { revokedSince } = sessions
  sessions.revokedSince = async () => {
    throw new Error('store is away')
  }
  await expect(revocations.has('s1')).rejects.toThrow('store is away')
  sessions.revokedSince = revokedSince
  expect(await revocations.has('s1')).toBe(true)
})
