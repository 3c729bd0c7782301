import { createGauges } from '../../../shared/services/gauges.ts'

test('each name is said at once, then the highest of ten seconds', () => {
  const lines: unknown[] = []
  let now = 0
  const logger = (_level: string, event: string, fields?: object) => lines.push([now, event, fields])
  const note = createGauges({ time: { now: () => now }, logger })
  note('feed.lag', 3)
  note('queue.age.repairs', 1)
  now = 4_000
  note('feed.lag', 40)
  now = 9_999
  note('feed.lag', 2)
  now = 10_000
  note('feed.lag', 7)
  now = 20_000
  note('feed.lag', 1)
  expect(lines).toEqual([
    [0, 'metric', { name: 'feed.lag', value: 3 }],
    [0, 'metric', { name: 'queue.age.repairs', value: 1 }],
    [10_000, 'metric', { name: 'feed.lag', value: 40 }],
    [20_000, 'metric', { name: 'feed.lag', value: 1 }],
  ])
})
