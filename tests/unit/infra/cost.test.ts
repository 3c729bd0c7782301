// The cost model against sums done by hand, and the document against the program.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { aligned } from '../../../infra/cost/document.ts'
import { documented, figures, prices, replies, SETUPS, USAGE } from '../../../infra/cost/main.ts'
import measuredFile from '../../../infra/cost/measured.json' with { type: 'json' }
import { costOf, LOG_ALERTS, METRIC_ALERTS, type Setup, type Usage } from '../../../infra/cost/model.ts'
import { othersCost } from '../../../infra/cost/others.ts'
import { replyCost } from '../../../infra/cost/replies.ts'

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
  reply: 100,
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
  // Locks: 2,626,560 s × (2/7.5 + 1/12) = 919,296 at $0.004 per 10,000; timers: 87,552 notes at $0.055 per 10,000
  expect(rest.storage).toBeCloseTo(0.3677 + 0.4815, 3)
  expect(rest.total).toBeCloseTo(1.0506 + 0.8492, 3)
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
  // Two units stand in prod with nobody there: 2 × $2 × 30.4
  expect(costOf({ ...usage, messagesPerDay: 0 }, SETUPS.prod!, measured, prices).webPubSub).toBeCloseTo(
    121.6,
    6,
  )
  // 640,000 a day: 8,000 connections, 10 units. 5 + 5 + 0.1 × (4 + 22 KB in pieces of 2) = 11.5 pushes each: 7.36 million, included
  const many = costOf({ ...usage, messagesPerDay: 640_000 }, small, measured, prices)
  expect(many).toMatchObject({ connections: 8_000, units: 10 })
  expect(many.webPubSub).toBeCloseTo(489.44, 2)
  // 8,800 connections want 11 units, which are not sold: 20
  expect(costOf({ ...usage, messagesPerDay: 704_000 }, small, measured, prices).units).toBe(20)
  // With 30 online 65.5 pushes each: 41.92 million, 31.92 beyond, at $1 a million and day
  const crowded = costOf({ ...usage, messagesPerDay: 640_000, online: 30 }, small, measured, prices)
  expect(crowded.webPubSub).toBeCloseTo(489.44 + 31.92 * 30.4, 2)
})

test('Functions: free at rest; at low load a second for each second in which something happens', () => {
  expect(costOf({ ...usage, messagesPerDay: 0 }, small, measured, prices).functions).toBe(0)
  // 8,640 a day are 0.1 a second, each with 3 requests and a batch: something in 1 - e^-0.3 = 25.92 % and 1 - e^-0.1 = 9.516 %
  // of the seconds, and in 3.306 % a timer: 0.38741 × 2,626,560 s × 0.5 GB - 100,000 = 408,780 GB-s at $0.000026: $10.628
  // 262,656 × 4 + 87,552 executions - 250,000 = 888,176 at $0.4 a million: $0.355
  const quiet = costOf({ ...usage, messagesPerDay: 8_640 }, small, measured, prices)
  expect(quiet.executionsPerMessage).toBeCloseTo(4, 10)
  expect(quiet.functions).toBeCloseTo(10.983, 2)
})

test('Functions: at high load as many instances as keep up, and none of it is lost in the minimum of one', () => {
  const fast = { ...usage, messagesPerDay: 86_400 * 1_000 }
  // 3,000 requests a second, 68.5 on an instance of 512 MB: 43.796 of them. The feed: 10 batches a second of 60 ms, one instance.
  // (43.796 + 1 + 0.033) × 2,626,560 s × 0.5 GB - 100,000 GB-s, at $0.000026: $1,528
  // 3.01 executions of 2.62656 thousand million, at $0.4 a million: $3,162
  const { functions, executionsPerMessage } = costOf(fast, small, measured, prices)
  expect(executionsPerMessage).toBeCloseTo(3.01, 10)
  expect(functions / (1_528.07 + 3_162.28)).toBeCloseTo(1, 3)
})

test('Functions kept warm: their memory all month, a price of their own for what they do, and no free grant', () => {
  // 4 × 2 GB × 2,626,560 s × $0.000004 = $84.05. Timers, which are not kept warm: 0.033058 × 2 GB × 2,626,560 s = 173,657 GB-s,
  // 100,000 of them free: $1.915
  const rest = costOf({ ...usage, messagesPerDay: 0 }, SETUPS.prod!, measured, prices)
  expect(rest.functions).toBeCloseTo(84.05 + 1.915, 2)
  // A million a day: 34.72 requests a second keep both busy: 2 × 2 GB × 2,626,560 s × $0.000016 = $168.10; the feed, 11.57 messages
  // a second a second in one batch: 1 - e^-1 = 63.21 %: $53.13. 30.4 million × 3 and 2.627 million batches: $37.53
  const busy = costOf({ ...usage, messagesPerDay: 1e6 }, SETUPS.prod!, measured, prices)
  expect(busy.functions).toBeCloseTo(84.05 + 1.915 + 168.1 + 53.13 + 37.53, 1)
})

test('logs: what executions and connections leave, beyond 5 GB; the daily cap is not in the sum', () => {
  // 100,000 a day: 3 requests each and a batch for 5.787 of them, 2,880 timers, 2.5 KB each; 10,000 connections of 2 KB:
  // 793.2 + 7.2 + 20 MB
  const { logs, loggedGbPerDay } = costOf({ ...usage, messagesPerDay: 100_000 }, small, measured, prices)
  expect(loggedGbPerDay).toBeCloseTo(0.8204, 4)
  expect(logs).toBeCloseTo(45.86, 1)
})

test('alerts cost where somebody reads them: those of the template, six queries and four metrics', () => {
  expect(costOf(usage, dev, measured, prices).alerts).toBe(0)
  // 6 × $1.50 + 4 × $0.10
  expect(costOf(usage, small, measured, prices).alerts).toBeCloseTo(9.4, 10)
  const template = readFileSync('infra/alerts.bicep', 'utf8')
  expect(template.match(/^ {4}query: /gm)).toHaveLength(LOG_ALERTS)
  expect(template.match(/^ {4}metric: /gm)).toHaveLength(METRIC_ALERTS)
  expect(template.match(/^ {6}enabled: isRead$/gm)).toHaveLength(2)
})

test('what others take: by message there, by message and minute here', () => {
  const others = othersCost({ ...usage, messagesPerDay: 100_000 }, prices)
  // 3.04 million × $0.0008
  expect(others.communicationServices).toBeCloseTo(2_432, 6)
  // 3.04 million × (1 in + 3 out + 1 kept + 4 for the receipt + 25 of history) = 103.36 million: $258.40
  // 1,250 connections at the busiest time, a quarter of them on the mean: 312.5 × 43,776 min: $13.68; a third as many channels: $4.56; $29
  expect(others.ably).toBeCloseTo(258.4 + 13.68 + 4.56 + 29, 2)
  // Free up to 6 million messages a month and 200 connections.
  expect(othersCost({ ...usage, messagesPerDay: 5_000 }, prices).ably).toBe(0)
  expect(othersCost({ ...usage, messagesPerDay: 6_000 }, prices).ably).toBeGreaterThan(29)
  // A million a day are 12,500 connections, more than Standard holds: 1,033.6 million messages: $2,584; $136.80 and $45.60; $399
  expect(othersCost({ ...usage, messagesPerDay: 1e6 }, prices).ably).toBeCloseTo(
    2_584 + 136.8 + 45.6 + 399,
    1,
  )
})

test('a reply of a bot: its model most of all', () => {
  const reply = replyCost(small, 2.5, measured, prices)
  // 1,500 tokens at $0.30 and 300 at $2.50 a million
  expect(reply.model).toBeCloseTo(0.0012, 10)
  // 100 + 6 × 10 RU; 6 s × 0.5 GB and 2 executions; 60 pushes; 5 KB
  expect(reply.cosmos).toBeCloseTo(0.00004, 10)
  expect(reply.functions).toBeCloseTo(0.000078 + 0.0000008, 10)
  expect(reply.webPubSub).toBeCloseTo(0.00006, 10)
  expect(reply.logs).toBeCloseTo(0.0000115, 10)
  expect(reply.total).toBeCloseTo(0.0013903, 10)
})

test('what a reply takes of the database is what docs/costs.md shows, within a tenth: else mend measured.json and write the tables', () => {
  const costs = readFileSync('docs/costs.md', 'utf8')
  const units = (line: string): number =>
    Number(costs.match(new RegExp(`\\| ${line} +\\| +\\d+ +\\| ([\\d.]+)`))![1])
  const reply = units('to a bot, with its reply') - units('in a direct chat')
  expect(Math.abs(reply / measuredFile.reply - 1)).toBeLessThan(0.1)
})

test.each(['dev', 'prod'])('the setup %s is the tier of infra/parameters', (name) => {
  const tier = JSON.parse(readFileSync(`infra/parameters/${name}.json`, 'utf8'))
  const { containers } = JSON.parse(readFileSync('infra/containers.json', 'utf8'))
  const units = containers.map(
    ({ id }: { id: string }) => tier.cosmosMaxRequestUnits[id] ?? tier.cosmosMaxRequestUnits.default,
  )
  const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0)
  const ready = (group: string): number =>
    tier.alwaysReady.find((each: { name: string }) => each.name === group)?.instanceCount ?? 0
  expect(SETUPS[name]).toEqual({
    cosmos: tier.cosmosMode,
    maxRequestUnits: tier.cosmosMode === 'autoscale' ? sum(units) : 0,
    webPubSub: tier.webPubSubSku.replace(/_.*/, ''),
    leastUnits: tier.webPubSubUnits,
    memoryGb: tier.instanceMemoryMB / 1024,
    readyForRequests: ready('http'),
    readyForFeed: ready('function:on-chat-change'),
    feedPollSeconds: tier.feedPollDelayMs / 1_000,
    pageIsStandard: tier.pageSku === 'Standard',
    // Not of the tier: whether ALERT_EMAIL is set.
    isAlerted: name === 'prod',
  })
  expect(ready('http') + ready('function:on-chat-change')).toBe(
    sum(tier.alwaysReady.map(({ instanceCount }: { instanceCount: number }) => instanceCount)),
  )
})

test.each([
  ['cost', documented],
  ['figures', figures],
  ['replies', replies],
])(
  'docs/cost.md shows what the program computes: %s (`npm run cost -- --write` puts it there)',
  (place, computed) => {
    const pattern = new RegExp(`<!-- ${place} -->\\n\\n([\\s\\S]*?)\\n\\n<!-- /${place} -->`)
    const [, shown] = pattern.exec(readFileSync('docs/cost.md', 'utf8'))!
    expect(shown).toBe(aligned(computed()))
  },
)

test('every price has its page, and says where and of when it was seen, or what was tried', () => {
  const file: Record<string, unknown> = JSON.parse(readFileSync('infra/cost/prices.json', 'utf8'))
  for (const [name, entry] of Object.entries(file).filter(([key]) => key !== '//')) {
    expect({ name, entry }).toMatchObject({
      entry: { price: expect.any(Number), page: expect.stringMatching(/^https:/) },
    })
    const { seen, tried, differs } = entry as { seen: string | null; tried?: string; differs?: string }
    if (seen === null) expect({ name, tried }).toEqual({ name, tried: expect.stringMatching(/\.$/) })
    else expect(seen).toMatch(/^https:\S+ \(([A-Z][A-Za-z ]+, )?(undated|\d+ \w+ 20\d\d)\)$/)
    if (differs !== undefined) expect(differs).toMatch(/^\d.*: https:\S+ \((undated|\d+ \w+ 20\d\d)\)$/)
  }
})

test('the command takes other figures, and refuses what is no figure', async () => {
  const run = (...args: string[]) => promisify(execFile)(process.execPath, ['infra/cost/main.ts', ...args])
  const { stdout } = await run('--messages', '10000', '--receipts', '0')
  expect(stdout).toContain('| messages a day | 10,000 |')
  await expect(run('--messages', 'many')).rejects.toMatchObject({ code: 1 })
  await expect(run('--setup', 'huge')).rejects.toMatchObject({ code: 1 })
})
