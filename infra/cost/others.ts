// What two services that sell chat would take for the same: people, messages, receipts and pages of history are those of the model.
import type { Prices, Usage } from './model.ts'
import { DAYS } from './month.ts'

const HISTORY_PAGE = 50
/** Of Ably's packages: what is free, and how many connections the first that is paid for holds. */
const ABLY_FREE = { messages: 6e6, connections: 200 }
const ABLY_STANDARD_CONNECTIONS = 10_000

export function othersCost(usage: Usage, prices: Prices): { communicationServices: number; ably: number } {
  const perMonth = usage.messagesPerDay * DAYS
  const people = usage.messagesPerDay / usage.messagesPerPersonAndDay
  const connections = people * usage.connectedShare
  // Connections come and go with the traffic.
  const minutesConnected = (connections / usage.peak) * DAYS * 24 * 60
  // One in, one out to each who is online, one that is kept; a receipt likewise, which is not kept; one for each that a page brings back.
  const messages =
    perMonth * (2 + usage.online + usage.receipts * (1 + usage.online) + usage.historyPages * HISTORY_PAGE)
  const channelMinutes = minutesConnected / usage.online
  const isFree = messages <= ABLY_FREE.messages && connections <= ABLY_FREE.connections
  const ably = isFree
    ? 0
    : (connections <= ABLY_STANDARD_CONNECTIONS ? prices.ablyStandardMonth : prices.ablyProMonth) +
      (messages / 1e6) * prices.ablyPerMillionMessages +
      (minutesConnected / 1e6) * prices.ablyPerMillionConnectionMinutes +
      (channelMinutes / 1e6) * prices.ablyPerMillionChannelMinutes
  return { communicationServices: perMonth * prices.communicationServicesChatPerMessage, ably }
}
