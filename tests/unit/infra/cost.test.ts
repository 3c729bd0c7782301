// The cost model against sums done by hand, and the document against the program.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { aligned } from '../../../infra/cost/document.ts'
import { documented, figures, prices, SETUPS, USAGE } from '../../../infra/cost/main.ts'
import { costOf, othersCost, type Setup, type Usage } from '../../../infra/cost/model.ts'

const measured = {
  commit: 10,
  head: 10,
  receipt: 20,
  connectAndSync: 60,
  historyPage: 10,
  feedPerChatOfBatch: 4,
  feedPerBatch: 16,
  emptyPoll: 2,
  endedSessions: 4,
  timer: 6,
}
const usage: Usage = { ...USAGE, messagesPerDay: 1_000, receipts: 1, connects: 0.1, historyPages: 0.5 }
const dev: Setup = SETUPS.dev!
const small: Setup = SETUPS.small!

test('request units of a message are those of what people do with it', () => {
  // 10 + 10 + 4 + 16 (a batch of its own) + 20 + 6 + 5
  expect(costOf(usage, dev, measured, prices).requestUnitsPerMessage).toBe(71)
})

test('when messages come fast, the feed reads them in batches of 100 at most', () => {
  const fast = { ...usage, messagesPerDay: 86_400 * 1_000 }
  // 10 + 10 + 4 + 16/100 + 20 + 6 + 5
  expect(costOf(fast, small, measured, prices).requestUnitsPerMessage).toBeCloseTo(55.16, 10)
})

test('serverless: what is used and what is stored, and at rest the leases and the polls', () => {
  const rest = costOf({ ...usage, messagesPerDay: 0 }, dev, measured, prices)
  // 2,626,560 s × (1 + 2/5 + 6 × 2/60) RU = 4.2025 million, at $0.25
  expect(rest.cosmos).toBeCloseTo(1.0506, 3)
  expect(rest.total).toBeCloseTo(1.0506, 3)
  const used = costOf(usage, dev, measured, prices)
  // 30,400 × 71 RU = 2.1584 million: $0.5396; 12 × 30,400 × 1.6 KB = 0.58368 GB: $0.14592
  // 3 requests each, 0.034722 a second: something in 3.4126 % of the seconds, 4 RU each: 0.3585 million, $0.0896
  expect(used.cosmos).toBeCloseTo(1.0506 + 0.5396 + 0.1459 + 0.0896, 3)
})

test('autoscale: never less than a tenth of the most, never more than that', () => {
  const prod = { ...SETUPS.prod!, maxRequestUnits: 10_000 }
  // 1,000 RU/s × 729.6 h × $0.012 per 100
  expect(costOf({ ...usage, messagesPerDay: 0 }, prod, measured, prices).cosmos).toBeCloseTo(87.55, 2)
  const flood = { ...usage, messagesPerDay: 1e9, monthsKept: 0 }
  expect(costOf(flood, prod, measured, prices).cosmos).toBeCloseTo(875.52, 2)
})

test('Web PubSub: free for few, then units at 80 % and the messages beyond what they include', () => {
  expect(costOf(usage, dev, measured, prices)).toMatchObject({ connections: 13, units: 1, webPubSub: 0 })
  // 2,000 messages a day are 25 connections: no longer free. 1 unit, $1.61 × 30.4
  expect(costOf({ ...usage, messagesPerDay: 2_000 }, dev, measured, prices).webPubSub).toBeCloseTo(48.944, 3)
  // 640,000 a day: 8,000 connections, 10 units. 10.5 pushes each = 6.72 million, all included
  const many = costOf({ ...usage, messagesPerDay: 640_000 }, small, measured, prices)
  expect(many).toMatchObject({ connections: 8_000, units: 10 })
  expect(many.webPubSub).toBeCloseTo(489.44, 2)
  // 8,800 connections want 11 units, which are not sold: 20
  expect(costOf({ ...usage, messagesPerDay: 704_000 }, small, measured, prices).units).toBe(20)
  // With 30 online 64.5 pushes each: 41.28 million, 31.28 beyond, at $1 a million and day
  const crowded = costOf({ ...usage, messagesPerDay: 640_000, online: 30 }, small, measured, prices)
  expect(crowded.webPubSub).toBeCloseTo(489.44 + 31.28 * 30.4, 2)
})

test('Functions: free at rest, and an instance that is always busy costs its memory', () => {
  expect(costOf({ ...usage, messagesPerDay: 0 }, small, measured, prices).functions).toBe(0)
  const fast = { ...usage, messagesPerDay: 86_400 * 1_000 }
  // (2 groups + 2 timers of a second a minute) × 2,626,560 s × 0.5 GB − 100,000 GB-s, at $0.000026; 3.01 executions of 2.62656 thousand million, at $0.4 a million
  const { functions, executionsPerMessage } = costOf(fast, small, measured, prices)
  expect(executionsPerMessage).toBeCloseTo(3.01, 10)
  expect(functions).toBeCloseTo(66.82 + 3_162.28, 0)
})

test('what others take: by message there, by message and minute here', () => {
  const others = othersCost({ ...usage, messagesPerDay: 10_000 }, prices)
  // 304,000 × $0.0008
  expect(others.communicationServices).toBeCloseTo(243.2, 6)
  // 2.432 million messages: $6.08; 125 connections × 43,776 min: $5.472; a third as many channels: $1.824; $29
  expect(others.ably).toBeCloseTo(42.376, 3)
})

test.each(['dev', 'prod'])('the setup %s is the tier of infra/parameters', (name) => {
  const tier = JSON.parse(readFileSync(`infra/parameters/${name}.json`, 'utf8'))
  const { containers } = JSON.parse(readFileSync('infra/containers.json', 'utf8'))
  const units = containers.map(
    ({ id }: { id: string }) => tier.cosmosMaxRequestUnits[id] ?? tier.cosmosMaxRequestUnits.default,
  )
  const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0)
  expect(SETUPS[name]).toEqual({
    cosmos: tier.cosmosMode,
    maxRequestUnits: tier.cosmosMode === 'autoscale' ? sum(units) : 0,
    webPubSub: tier.webPubSubSku.replace(/_.*/, ''),
    memoryGb: tier.instanceMemoryMB / 1024,
    alwaysReady: sum(tier.alwaysReady.map(({ instanceCount }: { instanceCount: number }) => instanceCount)),
    feedPollSeconds: tier.feedPollDelayMs / 1_000,
    pageIsStandard: tier.pageSku === 'Standard',
  })
})

test.each([
  ['cost', documented],
  ['figures', figures],
])(
  'docs/cost.md shows what the program computes: %s (`npm run cost -- --write` puts it there)',
  (place, computed) => {
    const pattern = new RegExp(`<!-- ${place} -->\\n\\n([\\s\\S]*?)\\n\\n<!-- /${place} -->`)
    const [, shown] = pattern.exec(readFileSync('docs/cost.md', 'utf8'))!
    expect(shown).toBe(aligned(computed()))
  },
)

test('every price has its page, and says where and of when it was seen, or that it was not', () => {
  const file: Record<string, unknown> = JSON.parse(readFileSync('infra/cost/prices.json', 'utf8'))
  for (const [name, entry] of Object.entries(file).filter(([key]) => key !== '//')) {
    expect({ name, entry }).toMatchObject({
      entry: { price: expect.any(Number), page: expect.stringMatching(/^https:/) },
    })
    const { seen } = entry as { seen: string | null }
    if (seen !== null) expect(seen).toMatch(/^https:\S+ \((undated|\d+ \w+ 20\d\d)\)$/)
  }
})

test('the command takes other figures, and refuses what is no figure', async () => {
  const run = (...args: string[]) => promisify(execFile)(process.execPath, ['infra/cost/main.ts', ...args])
  const { stdout } = await run('--messages', '10000', '--receipts', '0')
  expect(stdout).toContain('| messages a day | 10,000 |')
  await expect(run('--messages', 'many')).rejects.toMatchObject({ code: 1 })
  await expect(run('--setup', 'huge')).rejects.toMatchObject({ code: 1 })
})
