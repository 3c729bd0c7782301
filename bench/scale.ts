// `node bench/scale.ts [--write]`: how far the design goes, by simulation. Load grows by steps until something is at its limit; what
// lifts that limit is done, and it grows on, up to a million connections and 100,000 messages a second. Limits are those
// that Microsoft publishes; what a message takes is what the tests measure.
import { put } from '../infra/cost/document.ts'
import measured from '../infra/cost/measured.json' with { type: 'json' }

/** A message per second for ten connections, as at the goal. */
const MESSAGES_PER_CONNECTION = 0.1
export const GOAL = { connections: 1_000_000, messagesPerSecond: 100_000 }

/** Who does what, beside sending. */
const ONLINE = 3
/** Clients send one receipt for the messages that come within a second or two. */
const RECEIPTS_PER_MESSAGE = 0.25
const PROMPTS_PER_MESSAGE = 0.01
const CHATS_PER_CONNECTION = 2
/** How unequal chats are: the r-th busiest has 1/r^ZIPF of the traffic of the first. */
const ZIPF = 0.8

/** A batch of group commit: 6.3 RU for each entry, 4 for the sender's right to write and the guard. */
const COMMIT_ENTRY = 6.3
const COMMIT_BATCH = 4
/** How long a commit takes, and so how long messages for the same chat gather, in seconds. */
const COMMIT_S = 0.01
const FEED_BATCH = 100
/** From the feed's read to its checkpoint, with the round trips in between, in seconds. */
const FEED_BATCH_S = 0.06

// Published limits. Web PubSub: learn.microsoft.com/azure/azure-web-pubsub/concept-performance; Cosmos DB:
// …/cosmos-db/concepts-limits; Flex Consumption: …/azure-functions/flex-consumption-plan; queues:
// …/storage/queues/scalability-targets.
const PER_UNIT = { connections: 1_000, events: 500, restSends: 180, deliveries: 4_000 }
const ADVISED = 0.8
const PARTITION_RU = 10_000
const QUEUE_PER_SECOND = 2_000
/** What one instance of 2 GB does: a fifth of what the local stack reaches with one host on two cores. */
const REQUESTS_PER_INSTANCE = 275

/** What may be bought, and in which order it is raised. */
interface Limits {
  tier: string
  unitsPerService: number
  services: number
  requestUnits: number
  instances: number
  queues: number
}

const START: Limits = {
  tier: 'Premium P1, 2 units',
  unitsPerService: 2,
  services: 1,
  requestUnits: 20_000,
  instances: 100,
  queues: 1,
}

interface Resource {
  name: string
  demand: number
  capacity: number
  /** What lifts the limit; undefined: nothing does. */
  remedy: { what: string; limits: Limits } | undefined
}

/** Shares of all traffic, of the busiest chats: the rest is spread evenly enough. */
export function busiest(chats: number, count: number): number[] {
  // The sum of 1/r^z over all ranks, by the integral beyond the first ten thousand.
  const exact = Math.min(chats, 10_000)
  let sum = 0
  for (let rank = 1; rank <= exact; rank++) sum += rank ** -ZIPF
  sum += (chats ** (1 - ZIPF) - exact ** (1 - ZIPF)) / (1 - ZIPF)
  return Array.from({ length: count }, (_, index) => (index + 1) ** -ZIPF / sum)
}

/** Request units a second that `rate` messages a second into one chat cost its partition of the log. */
export function commitUnits(rate: number): number {
  const batch = Math.max(1, Math.min(98, rate * COMMIT_S))
  return rate * (COMMIT_ENTRY + COMMIT_BATCH / batch)
}

/** Everything that can be short at this load. */
export function resourcesAt(connections: number, limits: Limits): Resource[] {
  const messages = connections * MESSAGES_PER_CONNECTION
  const receipts = messages * RECEIPTS_PER_MESSAGE
  const units = limits.unitsPerService * limits.services
  const chats = connections * CHATS_PER_CONNECTION
  const [hottest = 0] = busiest(chats, 1)
  const hot = messages * hottest
  const commits = commitUnits(hot) + (messages - hot) * measured.commit
  const heads = Math.min(hot, 1 / COMMIT_S) * measured.head + (messages - hot) * measured.head
  const feed = messages * (measured.feedPerChatOfBatch + measured.feedPerBatch / FEED_BATCH)
  const requestUnits = commits + heads + feed + receipts * measured.receipt
  const partitions = Math.ceil(limits.requestUnits / PARTITION_RU)
  const moreUnits = raiseUnits(limits)
  return [
    {
      name: 'Web PubSub: connections',
      demand: connections,
      capacity: units * PER_UNIT.connections * ADVISED,
      remedy: moreUnits,
    },
    {
      name: 'Web PubSub: events to the app',
      demand: messages + receipts,
      capacity: units * PER_UNIT.events,
      remedy: moreUnits,
    },
    {
      name: 'Web PubSub: sends by REST',
      demand: messages + receipts,
      capacity: units * PER_UNIT.restSends,
      remedy: moreUnits,
    },
    {
      name: 'Web PubSub: deliveries',
      demand: (messages + receipts) * (ONLINE + 1),
      capacity: units * PER_UNIT.deliveries,
      remedy: moreUnits,
    },
    {
      name: 'Cosmos DB: request units',
      demand: requestUnits,
      capacity: limits.requestUnits,
      remedy: {
        what:
          limits.requestUnits < 1_000_000
            ? 'raise cosmosMaxRequestUnits'
            : 'ask Microsoft for more than 1,000,000 RU/s',
        limits: { ...limits, requestUnits: limits.requestUnits * 2 },
      },
    },
    {
      name: 'Cosmos DB: the partition of the busiest chat',
      demand: commitUnits(hot),
      capacity: PARTITION_RU,
      remedy: undefined,
    },
    {
      name: 'The feed: one instance per partition',
      demand: messages,
      capacity: (partitions * FEED_BATCH) / FEED_BATCH_S,
      remedy: { what: 'more partitions', limits: { ...limits, requestUnits: limits.requestUnits * 2 } },
    },
    {
      name: 'Functions: instances',
      demand: (messages + receipts) / REQUESTS_PER_INSTANCE,
      capacity: limits.instances,
      remedy: {
        what: limits.instances < 250 ? 'raise maximumInstanceCount' : 'ask for more than 250 cores a region',
        limits: { ...limits, instances: limits.instances * 2 },
      },
    },
    {
      name: 'Queue bot-jobs',
      demand: messages * PROMPTS_PER_MESSAGE,
      capacity: limits.queues * QUEUE_PER_SECOND,
      remedy: { what: 'several queues', limits: { ...limits, queues: limits.queues + 1 } },
    },
  ]
}

function raiseUnits(limits: Limits): { what: string; limits: Limits } {
  const next = (tier: string, unitsPerService: number, services = 1) => ({
    what: tier,
    limits: { ...limits, tier, unitsPerService, services },
  })
  if (limits.unitsPerService < 10) return next('Premium P1, 10 units', 10)
  if (limits.unitsPerService < 100) return next('Premium P1, 100 units', 100)
  if (limits.unitsPerService < 1_000) return next('Premium P2, 1,000 units', 1_000)
  const services = limits.services + 1
  return next(`${services} services of 1,000 units, chats spread over them`, 1_000, services)
}

export interface Bottleneck {
  connections: number
  messagesPerSecond: number
  what: string
  remedy: string
}

/** Grows the load to the goal. What has no remedy is noted and passed over. */
export function simulate(): { bottlenecks: Bottleneck[]; limits: Limits } {
  const bottlenecks: Bottleneck[] = []
  const passed = new Set<string>()
  let limits = START
  for (let connections = 100; connections <= GOAL.connections; connections = grown(connections)) {
    for (;;) {
      const short = resourcesAt(connections, limits)
        .filter(({ name, demand, capacity }) => demand > capacity && !passed.has(name))
        .sort((one, other) => other.demand / other.capacity - one.demand / one.capacity)[0]
      if (!short) break
      if (!short.remedy) passed.add(short.name)
      bottlenecks.push({
        connections,
        messagesPerSecond: connections * MESSAGES_PER_CONNECTION,
        what: short.name,
        remedy: short.remedy?.what ?? 'nothing: the chat is as fast as its partition',
      })
      limits = short.remedy?.limits ?? limits
    }
    if (connections === GOAL.connections) break
  }
  return { bottlenecks, limits }
}

const grown = (connections: number): number =>
  Math.min(GOAL.connections, Math.ceil((connections * 1.05) / 100) * 100)

/** The table of docs/operations.md: remedies of the same kind in a row are one line. */
export function table(): string {
  const { bottlenecks } = simulate()
  const lines = bottlenecks.filter(
    ({ what, remedy }, index) =>
      !bottlenecks
        .slice(0, index)
        .some((before) => before.what === what && kind(before.remedy) === kind(remedy)),
  )
  const number = (value: number): string => Math.round(value).toLocaleString('en-US')
  return [
    '| from connections | messages a second | what is short | what lifts it |',
    '| ---: | ---: | --- | --- |',
    ...lines.map(
      ({ connections, messagesPerSecond, what, remedy }) =>
        `| ${number(connections)} | ${number(messagesPerSecond)} | ${what} | ${remedy} |`,
    ),
  ].join('\n')
}

const kind = (remedy: string): string => remedy.replace(/^\d+ services.*/, 'several services')

if (import.meta.main) {
  if (process.argv.includes('--write')) await put('docs/operations.md', 'scale', table())
  console.log(table())
  const { limits } = simulate()
  console.log(
    `\nAt the goal: ${limits.tier}; ${limits.requestUnits.toLocaleString('en-US')} RU/s; ${limits.instances} instances`,
  )
  for (const { name, demand, capacity } of resourcesAt(GOAL.connections, limits)) {
    console.log(`  ${name.padEnd(46)} ${Math.round((demand / capacity) * 100)} %`)
  }
}
