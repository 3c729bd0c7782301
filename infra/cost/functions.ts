// What Flex Consumption takes: which instances run something, for how long, and at which of its two prices.
import type { Prices, Setup } from './model.ts'
import { MONTH_S } from './month.ts'

/** Two timers look once a minute for what was left undone, each with a query over all partitions. */
export const TIMERS_PER_S = 2 / 60
/** From the feed's read to its checkpoint, with the round trips in between, in seconds. */
export const FEED_BATCH_S = 0.06
/**
 * What an instance serves, by its memory and so its share of a core. An assumption, on the careful side: a third of what one
 * host reaches on two cores that it shares with the whole local stack and the load.
 */
export const REQUESTS_PER_S_AND_GB = 137

export interface Work {
  requests: number
  batches: number
  requestsPerMonth: number
  batchesPerMonth: number
}

export interface Active {
  requests: number
  feed: number
  timers: number
}

/**
 * Instances of each scale group that run something, on the mean. On Flex Consumption one is billed while anything runs on it, a
 * second at least: at low load for each second in which something happens, at high load for as many as keep up.
 */
export function activeInstances({ requests, batches }: Work, { memoryGb, readyForRequests }: Setup): Active {
  // Those that are kept warm share what comes.
  const sharers = Math.max(1, readyForRequests)
  return {
    requests: Math.max(sharers * busy(requests / sharers), requests / (REQUESTS_PER_S_AND_GB * memoryGb)),
    feed: Math.max(busy(batches), batches * FEED_BATCH_S),
    timers: 2 * busy(TIMERS_PER_S / 2),
  }
}

/** Instances that are kept warm have a price of their own, and no free grant; what they do not hold, others do. */
export function functionsCost(work: Work, active: Active, setup: Setup, prices: Prices): number {
  const { memoryGb, readyForRequests, readyForFeed } = setup
  const readySeconds = Math.min(active.requests, readyForRequests) + Math.min(active.feed, readyForFeed)
  const otherSeconds = active.requests + active.feed + active.timers - readySeconds
  // Of a group's executions as many as of its seconds.
  const held = (seconds: number, ready: number): number => (seconds === 0 ? 0 : Math.min(1, ready / seconds))
  const readyExecutions =
    work.requestsPerMonth * held(active.requests, readyForRequests) +
    work.batchesPerMonth * held(active.feed, readyForFeed)
  const otherExecutions =
    work.requestsPerMonth + work.batchesPerMonth + MONTH_S * TIMERS_PER_S - readyExecutions
  const gbSeconds = MONTH_S * memoryGb
  return (
    (readyForRequests + readyForFeed) * gbSeconds * prices.functionsAlwaysReadyBaselinePerGbSecond +
    readySeconds * gbSeconds * prices.functionsAlwaysReadyPerGbSecond +
    Math.max(0, otherSeconds * gbSeconds - prices.functionsFreeGbSeconds) * prices.functionsPerGbSecond +
    ((readyExecutions + Math.max(0, otherExecutions - prices.functionsFreeExecutions)) / 1e6) *
      prices.functionsPerMillionExecutions
  )
}

/** Share of the seconds in which something happens, of `rate` things a second that come as they come. */
const busy = (rate: number): number => 1 - Math.exp(-rate)
