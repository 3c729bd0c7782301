// What can be short at a load, for several shapes of traffic: demand from what the tests measure, capacity from what Microsoft publishes.
import { FEED_BATCH_S, REQUESTS_PER_S_AND_GB } from '../infra/cost/functions.ts'
import measured from '../infra/cost/measured.json' with { type: 'json' }
import { REPLY } from '../infra/cost/replies.ts'
import { deltaMs } from '../shared/domain/bot.ts'

export interface Shape {
  name: string
  messagesPerConnection: number
  /** People online in the chat of a message, its sender among them. */
  online: number
  /** Of all who read: clients send one for the messages that come within a second or two, in large chats more seldom. */
  receiptsPerMessage: number
  promptsPerMessage: number
  chatsPerConnection: number
  /** How unequal chats are: the r-th busiest has 1/r^zipf of the traffic of the first. */
  zipf: number
}

export const SMALL: Shape = {
  name: 'many small chats',
  messagesPerConnection: 0.1,
  online: 3,
  receiptsPerMessage: 0.25,
  promptsPerMessage: 0.01,
  chatsPerConnection: 2,
  zipf: 0.8,
}

/** A thousand people in each, a message a second, a receipt from everybody every ten. */
export const GIANT: Shape = {
  name: 'a few giant chats',
  messagesPerConnection: 0.001,
  online: 1_000,
  receiptsPerMessage: 100,
  promptsPerMessage: 0,
  chatsPerConnection: 0.001,
  zipf: 0.8,
}

/** Everybody talks to a bot of their own, a prompt every 50 s. */
export const BOTS: Shape = {
  name: 'bots everywhere',
  messagesPerConnection: 0.02,
  online: 1,
  receiptsPerMessage: 1,
  promptsPerMessage: 1,
  chatsPerConnection: 1,
  zipf: 0,
}

/** What may be bought, and in which order it is raised. */
export interface Limits {
  unitsPerService: number
  services: number
  requestUnits: number
  instances: number
  cores: number
  apps: number
  queues: number
  accounts: number
}

/** Prod, as infra/parameters has it. */
export const START: Limits = {
  unitsPerService: 2,
  services: 1,
  requestUnits: 20_000,
  instances: 100,
  cores: 250,
  apps: 1,
  queues: 1,
  accounts: 1,
}

export interface Resource {
  name: string
  demand: number
  capacity: number
  /** What lifts the limit; undefined: nothing does. */
  remedy: { what: string; limits: Limits } | undefined
}

/** A batch of group commit: 6.3 RU for each entry, 4 for the sender's right to write and the guard. */
const COMMIT_ENTRY = 6.3
const COMMIT_BATCH = 4
/** How long a commit takes, and so how long messages for the same chat gather, in seconds. */
const COMMIT_S = 0.01
const FEED_BATCH = 100
const RECEIPTS_PUSHED_UP_TO = 50
/** Jobs that an instance works on at a time: host.json. */
const JOBS_PER_INSTANCE = 16
/** A reply's words on their way, where all of these are under way. */
const DELTAS_PER_S = 1_000 / deltaMs(JOBS_PER_INSTANCE)
/** Of a job: put, taken, deleted. */
const QUEUE_REQUESTS_PER_JOB = 3
/** What one instance of prod's 2 GB, a core, does. */
const REQUESTS_PER_INSTANCE = 2 * REQUESTS_PER_S_AND_GB

// Published limits. Web PubSub: learn.microsoft.com/azure/azure-web-pubsub/concept-performance, up to 100 units and taken in
// proportion beyond; Cosmos DB: …/cosmos-db/concepts-limits; Flex Consumption: …/azure-functions/flex-consumption-plan; queues:
// …/storage/queues/scalability-targets.
const PER_UNIT = { connections: 1_000, events: 500, restSends: 180, deliveries: 3_000 }
/** Into groups, whatever the units: finding who is in them is at its limit with 50 units, "by design". */
const SENDS_PER_SERVICE = 15_000
const ADVISED = 0.8
const UNITS = [2, 10, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]
const PARTITION_RU = 10_000
const QUEUE_PER_SECOND = 2_000
const ACCOUNT_PER_SECOND = 20_000
const INSTANCES_PER_GROUP = 1_000

/** Shares of all traffic, of the busiest chats: the rest is spread evenly enough. */
export function busiest(chats: number, count: number, zipf = SMALL.zipf): number[] {
  // The sum of 1/r^z over all ranks, by the integral beyond the first ten thousand.
  const exact = Math.min(chats, 10_000)
  let sum = 0
  for (let rank = 1; rank <= exact; rank++) sum += rank ** -zipf
  sum += (chats ** (1 - zipf) - exact ** (1 - zipf)) / (1 - zipf)
  return Array.from({ length: count }, (_, index) => (index + 1) ** -zipf / sum)
}

/** Request units a second that `rate` messages a second into one chat cost its partition of the log. */
export function commitUnits(rate: number): number {
  const batch = Math.max(1, Math.min(98, rate * COMMIT_S))
  return rate * (COMMIT_ENTRY + COMMIT_BATCH / batch)
}

/** Everything that can be short at this load. */
export function resourcesAt(connections: number, limits: Limits, shape: Shape = SMALL): Resource[] {
  const messages = connections * shape.messagesPerConnection
  const receipts = messages * shape.receiptsPerMessage
  const prompts = messages * shape.promptsPerMessage
  const pushedReceipts = shape.online <= RECEIPTS_PUSHED_UP_TO ? receipts : 0
  const deltas = prompts * REPLY.seconds * DELTAS_PER_S
  const sends = messages + pushedReceipts + prompts + deltas
  const chats = Math.max(1, connections * shape.chatsPerConnection)
  const [hottest = 0] = busiest(chats, 1, shape.zipf)
  const hot = messages * hottest
  const heads = Math.min(hot, 1 / COMMIT_S) + (messages - hot)
  const requestUnits =
    commitUnits(hot) +
    (messages - hot) * measured.commit +
    heads * measured.head +
    messages * (measured.feedPerChatOfBatch + measured.feedPerBatch / FEED_BATCH) +
    receipts * measured.receipt +
    prompts * (measured.reply + REPLY.seconds * measured.head)
  const forRequests = (messages + receipts) / REQUESTS_PER_INSTANCE
  const forBots = (prompts * REPLY.seconds) / JOBS_PER_INSTANCE
  const partitions = Math.ceil(limits.requestUnits / PARTITION_RU)
  const units = limits.unitsPerService * limits.services
  const more = (what: string, change: Partial<Limits>): Resource['remedy'] => ({
    what,
    limits: { ...limits, ...change },
  })
  const socket = (name: string, demand: number, capacity: number): Resource => ({
    name: `Web PubSub: ${name}`,
    demand,
    capacity,
    remedy: raiseUnits(limits),
  })
  const group = (name: string, demand: number): Resource => ({
    name: `Functions: instances for ${name}`,
    demand,
    capacity: limits.instances * limits.apps,
    remedy:
      limits.instances < INSTANCES_PER_GROUP
        ? more('raise maximumInstanceCount', {
            instances: Math.min(INSTANCES_PER_GROUP, limits.instances * 2),
          })
        : more(`${limits.apps + 1} function apps`, { apps: limits.apps + 1 }),
  })
  const sendsOfService = Math.min(limits.unitsPerService * PER_UNIT.restSends, SENDS_PER_SERVICE)
  return [
    socket('connections', connections, units * PER_UNIT.connections * ADVISED),
    socket('events to the app', messages + receipts, units * PER_UNIT.events),
    {
      ...socket('sends into groups', sends, limits.services * sendsOfService),
      remedy: sendsOfService < SENDS_PER_SERVICE ? raiseUnits(limits) : addService(limits),
    },
    socket(
      'deliveries',
      messages * (shape.online + 1) + receipts + pushedReceipts * shape.online + deltas * shape.online,
      units * PER_UNIT.deliveries,
    ),
    {
      name: 'Cosmos DB: request units',
      demand: requestUnits,
      capacity: limits.requestUnits,
      remedy: more(
        limits.requestUnits < 1_000_000
          ? 'raise cosmosMaxRequestUnits'
          : 'ask Microsoft for more than 1,000,000 RU/s',
        { requestUnits: limits.requestUnits * 2 },
      ),
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
      remedy: more('more partitions', { requestUnits: limits.requestUnits * 2 }),
    },
    group('requests', forRequests),
    group('bots', forBots),
    {
      name: 'Functions: cores of the region',
      demand: forRequests + forBots,
      capacity: limits.cores,
      remedy: more('ask for more than 250 cores a region', { cores: limits.cores * 2 }),
    },
    {
      name: 'Queue bot-jobs',
      demand: prompts,
      capacity: limits.queues * QUEUE_PER_SECOND,
      remedy: more('several queues', { queues: limits.queues + 1 }),
    },
    {
      name: 'Storage account: requests',
      demand: prompts * QUEUE_REQUESTS_PER_JOB,
      capacity: limits.accounts * ACCOUNT_PER_SECOND,
      remedy: more('several storage accounts', { accounts: limits.accounts + 1 }),
    },
  ]
}

function raiseUnits(limits: Limits): NonNullable<Resource['remedy']> {
  const next = UNITS.find((units) => units > limits.unitsPerService)
  if (!next) return addService(limits)
  return {
    what: `Premium ${next > 100 ? 'P2' : 'P1'}, ${next.toLocaleString('en-US')} units`,
    limits: { ...limits, unitsPerService: next },
  }
}

function addService(limits: Limits): NonNullable<Resource['remedy']> {
  const services = limits.services + 1
  return { what: `${services} services, chats spread over them`, limits: { ...limits, services } }
}
