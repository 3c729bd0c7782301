// What a month costs: from what people do in a day, the request units that were measured, and prices. Pure.
import type measuredFile from './measured.json'
import type pricesFile from './prices.json'

export type Measured = Omit<typeof measuredFile, '//'>
export type Prices = { [K in Exclude<keyof typeof pricesFile, '//'>]: number }

export interface Usage {
  messagesPerDay: number
  /** People online in the chat of a message, its sender among them. */
  online: number
  /** Read receipts per message: clients send one for several. */
  receipts: number
  /** Connections opened per message. */
  connects: number
  /** Pages of history per message. */
  historyPages: number
  messagesPerPersonAndDay: number
  /** Share of the day's people who are connected at the busiest time. */
  connectedShare: number
  /** The busiest hour against the mean. */
  peak: number
  /** Months for which messages are kept. */
  monthsKept: number
}

export interface Setup {
  cosmos: 'serverless' | 'autoscale'
  /** Sum of the highest request units per second of all containers, for autoscale. */
  maxRequestUnits: number
  webPubSub: 'Free' | 'Standard' | 'Premium'
  memoryGb: number
  /** Instances that are kept warm, all scale groups. */
  alwaysReady: number
  feedPollSeconds: number
  pageIsStandard: boolean
}

export interface Cost {
  cosmos: number
  functions: number
  webPubSub: number
  logs: number
  page: number
  total: number
  requestUnitsPerMessage: number
  executionsPerMessage: number
  connections: number
  units: number
}

const DAYS = 30.4
const MONTH_S = DAYS * 86_400
/** A stored message with its index, and what stands beside it for its chat. */
const STORED_KB = 1.6
/** One request and its traces, per execution. */
const LOGGED_KB = 2.5
/** A feed keeps its leases, whatever comes: renewed every 17 s, looked at every 13 s. */
const LEASES_RU_PER_S = 1
/** Two timers look once a minute for what was left undone, each with a query over all partitions. */
const TIMERS_PER_S = 2 / 60
const FEED_BATCH = 100
const CONNECTIONS_PER_UNIT = 1_000
/** As much of a unit as Microsoft advises to use. */
const ADVISED = 0.8
const FREE_CONNECTIONS = 20
const FREE_MESSAGES_PER_DAY = 20_000

export function costOf(usage: Usage, setup: Setup, measured: Measured, prices: Prices): Cost {
  const perSecond = usage.messagesPerDay / 86_400
  const perMonth = usage.messagesPerDay * DAYS
  const batch = Math.min(FEED_BATCH, Math.max(1, perSecond * setup.feedPollSeconds))
  const requestUnitsPerMessage =
    measured.commit +
    measured.head +
    measured.feedPerChatOfBatch +
    measured.feedPerBatch / batch +
    usage.receipts * measured.receipt +
    usage.connects * measured.connectAndSync +
    usage.historyPages * measured.historyPage
  // A command each for message and receipt; negotiate, connect, connected, sync and disconnected for a connection.
  const http = 1 + usage.receipts + usage.connects * 5 + usage.historyPages
  // Whatever people do: what the feed and the timers take, and what one process asks in each second that it is asked in.
  const steady =
    LEASES_RU_PER_S +
    measured.emptyPoll / setup.feedPollSeconds +
    TIMERS_PER_S * measured.timer +
    busy(perSecond * http) * measured.endedSessions
  const storedGb = (perMonth * usage.monthsKept * STORED_KB) / 1e6
  const cosmos =
    storedGb * prices.cosmosStoragePerGbMonth +
    (setup.cosmos === 'serverless'
      ? ((perMonth * requestUnitsPerMessage + MONTH_S * steady) / 1e6) * prices.cosmosServerlessPerMillionRu
      : storedGb * prices.cosmosContinuousBackup30PerGbMonth +
        autoscaled(perSecond * requestUnitsPerMessage + steady, usage.peak, setup.maxRequestUnits) *
          (MONTH_S / 3_600) *
          (prices.cosmosAutoscalePer100RuHour / 100))

  const executionsPerMessage = http + 1 / batch
  const functions = functionsCost(
    {
      http: perSecond * http,
      feed: perSecond / batch,
      executions: perMonth * executionsPerMessage + MONTH_S * TIMERS_PER_S,
    },
    setup,
    prices,
  )

  const people = usage.messagesPerDay / usage.messagesPerPersonAndDay
  const connections = Math.ceil(people * usage.connectedShare)
  // The event to the app, its reply, and a push to everybody online; connections bring three events.
  const pushes = 2 + usage.online + usage.receipts * (2 + usage.online) + usage.connects * 5
  const isFree =
    setup.webPubSub === 'Free' &&
    connections <= FREE_CONNECTIONS &&
    usage.messagesPerDay * pushes <= FREE_MESSAGES_PER_DAY
  const units = isFree ? 1 : sold(connections / (CONNECTIONS_PER_UNIT * ADVISED))
  const unitDay =
    setup.webPubSub === 'Premium' ? prices.webPubSubPremiumUnitDay : prices.webPubSubStandardUnitDay
  const beyond = Math.max(0, usage.messagesPerDay * pushes - units * 1e6) * DAYS
  const webPubSub = isFree ? 0 : units * unitDay * DAYS + (beyond / 1e6) * prices.webPubSubPerMillionMessages

  const loggedGb = (perMonth * executionsPerMessage * LOGGED_KB) / 1e6
  const logs = Math.max(0, loggedGb - prices.logsFreeGb) * prices.logsPerGb
  const page = setup.pageIsStandard ? prices.staticWebAppStandardMonth : 0
  return {
    cosmos,
    functions,
    webPubSub,
    logs,
    page,
    total: cosmos + functions + webPubSub + logs + page,
    requestUnitsPerMessage,
    executionsPerMessage,
    connections,
    units,
  }
}

/** Units are sold one by one up to 10, by tens up to 100, and beyond by hundreds. */
function sold(units: number): number {
  const step = units <= 10 ? 1 : units <= 100 ? 10 : 100
  return Math.max(1, Math.ceil(units / step) * step)
}

/** Request units per second that are billed: of each hour its busiest second, and never less than a tenth of the most. */
function autoscaled(mean: number, peak: number, most: number): number {
  return Math.min(most, Math.max(most / 10, mean * peak))
}

/** Share of the seconds in which something happens, of `rate` things a second that come as they come. */
const busy = (rate: number): number => 1 - Math.exp(-rate)

/** On Flex Consumption an instance is billed while anything runs on it, a second at least. */
function functionsCost(
  { http, feed, executions }: { http: number; feed: number; executions: number },
  { memoryGb, alwaysReady }: Setup,
  prices: Prices,
): number {
  const gbSeconds = (busy(http) + busy(feed) + 2 * busy(TIMERS_PER_S / 2)) * MONTH_S * memoryGb
  if (alwaysReady > 0) {
    const waiting = alwaysReady * MONTH_S * memoryGb * prices.functionsAlwaysReadyBaselinePerGbSecond
    return (
      waiting +
      gbSeconds * prices.functionsAlwaysReadyPerGbSecond +
      (executions / 1e6) * prices.functionsPerMillionExecutions
    )
  }
  return (
    Math.max(0, gbSeconds - prices.functionsFreeGbSeconds) * prices.functionsPerGbSecond +
    (Math.max(0, executions - prices.functionsFreeExecutions) / 1e6) * prices.functionsPerMillionExecutions
  )
}

/** What two services that sell chat would take for the same. */
export function othersCost(usage: Usage, prices: Prices): { communicationServices: number; ably: number } {
  const perMonth = usage.messagesPerDay * DAYS
  const people = usage.messagesPerDay / usage.messagesPerPersonAndDay
  const minutesConnected = people * usage.connectedShare * DAYS * 24 * 60
  // One in, one out to each who is online; a receipt likewise.
  const messages = perMonth * (1 + usage.online) * (1 + usage.receipts)
  const channelMinutes = minutesConnected / usage.online
  const ably =
    usage.messagesPerDay === 0
      ? 0
      : prices.ablyStandardMonth +
        (messages / 1e6) * prices.ablyPerMillionMessages +
        (minutesConnected / 1e6) * prices.ablyPerMillionConnectionMinutes +
        (channelMinutes / 1e6) * prices.ablyPerMillionChannelMinutes
  return { communicationServices: perMonth * prices.communicationServicesChatPerMessage, ably }
}
