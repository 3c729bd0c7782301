import { deltaMs } from '../../../shared/domain/bot.ts'

test.each([
  [1, 100],
  [8, 100],
  [16, 200],
  [80, 1_000],
  [500, 1_000],
])('with %i answers at once each is pushed every %i ms', (runs, ms) => {
  expect(deltaMs(runs)).toBe(ms)
})
