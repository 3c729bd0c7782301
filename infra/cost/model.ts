// What a month costs: from what people do in a day, the request units that were measured, and prices. Pure.
import { activeInstances, functionsCost, TIMERS_PER_S, type Work } from './functions.ts'
import type measuredFile from './measured.json'
import { DAYS, MONTH_S } from './month.ts'
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
  /** A stored message with its index, and what stands beside it for its chat. */
  storedKb: number
  /** What an execution leaves in the logs: a request and two lines. */
  loggedKb: number
}

export interface Setup {
  cosmos: 'serverless' | 'autoscale'
  /** Sum of the highest request units per second of all containers, for autoscale. */
  maxRequestUnits: number
  webPubSub: 'Free' | 'Standard' | 'Premium'
  /** Units that are there whoever connects. */
  leastUnits: number
  memoryGb: number
  /** Instances that are kept warm for requests, and for the feed. */
  readyForRequests: number
  readyForFeed: number
  feedPollSeconds: number
  pageIsStandard: boolean
  /** Somebody is told: without an address the alerts are switched off. */
  isAlerted: boolean
}

export interface Cost {
  cosmos: number
  functions: number
  webPubSub: number
  storage: number
  logs: number
  alerts: number
  page: number
  total: number
  loggedGbPerDay: number
  requestUnitsPerMessage: number
  executionsPerMessage: number
  connections: number
  units: number
}

/** A feed keeps its leases, whatever comes: renewed every 17 s, looked at every 13 s. */
const LEASES_RU_PER_S = 1
/** Each renews its lock when half of its 15 s are over; the host renews its own after 12 s. */
const LOCKS_PER_S = 2 / 7.5 + 1 / 12
const FEED_BATCH = 100
const CONNECTIONS_PER_UNIT = 1_000
/** As much of a unit as Microsoft advises to use. */
const ADVISED = 0.8
const FREE_CONNECTIONS = 20
const FREE_MESSAGES_PER_DAY = 20_000
/** What Web PubSub counts as one message. */
const PIECE_KB = 2
/** The answer to a first `sync` of five chats, one of them with 60 messages. */
export const SYNC_KB = 22
/** Of a connection the service logs that it came and that it went. */
const CONNECTION_LOGGED_KB = 2
/** infra/alerts.bicep: queries, and metrics with one series each. */
export const LOG_ALERTS = 6
export const METRIC_ALERTS = 4

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
  const work: Work = {
    requests: perSecond * http,
    batches: perSecond / batch,
    requestsPerMonth: perMonth * http,
    batchesPerMonth: perMonth / batch,
  }
  const active = activeInstances(work, setup)
  // Whatever people do: what the feed and the timers take, and what each process asks in each second that it is asked in.
  const steady =
    LEASES_RU_PER_S +
    measured.emptyPoll / setup.feedPollSeconds +
    TIMERS_PER_S * measured.timer +
    active.requests * measured.endedSessions
  const storedGb = (perMonth * usage.monthsKept * usage.storedKb) / 1e6
  const cosmos =
    storedGb * prices.cosmosStoragePerGbMonth +
    (setup.cosmos === 'serverless'
      ? ((perMonth * requestUnitsPerMessage + MONTH_S * steady) / 1e6) * prices.cosmosServerlessPerMillionRu
      : storedGb * prices.cosmosContinuousBackup30PerGbMonth +
        autoscaled(perSecond * requestUnitsPerMessage + steady, usage.peak, setup.maxRequestUnits) *
          (MONTH_S / 3_600) *
          (prices.cosmosAutoscalePer100RuHour / 100))
  const functions = functionsCost(work, active, setup, prices)

  const people = usage.messagesPerDay / usage.messagesPerPersonAndDay
  const connections = Math.ceil(people * usage.connectedShare)
  // The event to the app, its reply, and a push to everybody online; a connection brings four events, and the answer to its `sync`.
  const pushes =
    2 +
    usage.online +
    usage.receipts * (2 + usage.online) +
    usage.connects * (4 + Math.ceil(SYNC_KB / PIECE_KB))
  const isFree =
    setup.webPubSub === 'Free' &&
    connections <= FREE_CONNECTIONS &&
    usage.messagesPerDay * pushes <= FREE_MESSAGES_PER_DAY
  const wanted = Math.max(setup.leastUnits, connections / (CONNECTIONS_PER_UNIT * ADVISED))
  const units = isFree ? 1 : sold(wanted)
  const unitDay =
    setup.webPubSub === 'Premium' ? prices.webPubSubPremiumUnitDay : prices.webPubSubStandardUnitDay
  const beyond = Math.max(0, usage.messagesPerDay * pushes - units * 1e6) * DAYS
  const webPubSub = isFree ? 0 : units * unitDay * DAYS + (beyond / 1e6) * prices.webPubSubPerMillionMessages

  // Locks that are renewed, and a note of when each timer ran.
  const ready = setup.readyForRequests + setup.readyForFeed
  const storage =
    (((LOCKS_PER_S + ready / 12) * MONTH_S) / 1e4) * prices.queuePerTenThousandOperations +
    ((TIMERS_PER_S * MONTH_S) / 1e4) * prices.blobPerTenThousandWrites
  const executionsPerMessage = http + 1 / batch
  const loggedGb =
    ((perMonth * executionsPerMessage + MONTH_S * TIMERS_PER_S) * usage.loggedKb +
      perMonth * usage.connects * CONNECTION_LOGGED_KB) /
    1e6
  const logs = Math.max(0, loggedGb - prices.logsFreeGb) * prices.logsPerGb
  const alerts = setup.isAlerted
    ? LOG_ALERTS * prices.logAlertRuleMonth + METRIC_ALERTS * prices.metricAlertSeriesMonth
    : 0
  const page = setup.pageIsStandard ? prices.staticWebAppStandardMonth : 0
  return {
    cosmos,
    functions,
    webPubSub,
    storage,
    logs,
    alerts,
    page,
    total: cosmos + functions + webPubSub + storage + logs + alerts + page,
    loggedGbPerDay: loggedGb / DAYS,
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
