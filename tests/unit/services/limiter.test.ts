import { createLimiter } from '../../../shared/services/limiter.ts'
import { thrownBy } from '../../support/thrown.ts'

const START = 1_000_000

function limiterAt(rate: { perSecond: number; burst: number }) {
  const time = { ms: START, now: () => time.ms }
  return { time, limiter: createLimiter(rate, time) }
}

test('a burst passes, then what comes back in time', async () => {
  const { time, limiter } = limiterAt({ perSecond: 2, burst: 3 })
  for (let i = 0; i < 3; i++) limiter.take('ada')
  const refused = await thrownBy(() => limiter.take('ada'))
  expect([refused.code, refused.retryAfter]).toEqual(['rate-limited', 1])
  time.ms += 499
  expect((await thrownBy(() => limiter.take('ada'))).code).toBe('rate-limited')
  time.ms += 1
  limiter.take('ada')
  expect((await thrownBy(() => limiter.take('ada'))).code).toBe('rate-limited')
})

test('keys do not share, and a long rest gives no more than a burst', async () => {
  const { time, limiter } = limiterAt({ perSecond: 1, burst: 2 })
  limiter.take('ada')
  limiter.take('bob')
  time.ms += 3_600_000
  limiter.take('ada')
  limiter.take('ada')
  expect((await thrownBy(() => limiter.take('ada'))).code).toBe('rate-limited')
})

test('one in two seconds, and how long to wait', async () => {
  const { time, limiter } = limiterAt({ perSecond: 0.5, burst: 1 })
  limiter.take('ada/c1')
  expect((await thrownBy(() => limiter.take('ada/c1'))).retryAfter).toBe(2)
  time.ms += 1_001
  expect((await thrownBy(() => limiter.take('ada/c1'))).retryAfter).toBe(1)
  time.ms += 999
  limiter.take('ada/c1')
})

test('a clock that goes back gives nothing, and takes nothing', async () => {
  const { time, limiter } = limiterAt({ perSecond: 1, burst: 1 })
  limiter.take('ada')
  time.ms -= 60_000
  expect((await thrownBy(() => limiter.take('ada'))).retryAfter).toBe(1)
})

test('a rate of nothing is no limit', () => {
  const { limiter } = limiterAt({ perSecond: 0, burst: 1 })
  for (let i = 0; i < 1_000; i++) limiter.take('ada')
})

test('however many people pass by, the one who is at the limit stays there', async () => {
  const { time, limiter } = limiterAt({ perSecond: 1, burst: 1 })
  for (let i = 0; i < 30_000; i++) {
    time.ms += i % 1_000 === 0 ? 100 : 0
    limiter.take(`user${i}`)
  }
  limiter.take('ada')
  for (let i = 0; i < 30_000; i++) limiter.take(`other${i}`)
  expect((await thrownBy(() => limiter.take('ada'))).code).toBe('rate-limited')
})
