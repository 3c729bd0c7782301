import { logLag } from '../../../../functions/feed/lag.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const SECOND = NOW / 1000

let noted: unknown[]
beforeEach(() => {
  noted = []
})

function logged(documents: unknown[]): unknown[] {
  const lines: unknown[] = []
  const gauges = (name: string, value: number) => void noted.push([name, value])
  logLag({ logger: (level, event, fields) => lines.push([level, event, fields]), gauges }, documents, NOW)
  return lines
}

test('a feed that is more than 30 s behind says so, by its oldest document', () => {
  expect(logged([{ _ts: SECOND }, { _ts: SECOND - 31 }, { _ts: SECOND - 5 }])).toEqual([
    ['warn', 'feed.behind', { seconds: 31, documents: 3 }],
  ])
  expect(noted).toEqual([['feed.lag', 31]])
})

test.each([
  ['just in time', [{ _ts: SECOND - 30 }]],
  ['from a clock that is ahead', [{ _ts: SECOND + 60 }]],
  ['without a time', [{ id: 'x' }, null, 'text']],
  ['absent', []],
])('documents %s are nothing to speak of', (_what, documents) => {
  expect(logged(documents)).toEqual([])
})
