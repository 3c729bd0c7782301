// What bots take beyond the message that asks them: mostly their model.
import type { Measured, Prices, Setup } from './model.ts'

/** A reply as people get them: what the model reads and says, how long it speaks. */
export const REPLY = { tokensIn: 1_500, tokensOut: 300, seconds: 6 }
/** Words on their way are gathered for 100 ms. */
const DELTAS_PER_S = 10
/** Feed, job and what goes with them, each with its lines in the logs. */
const EXECUTIONS = 2

export interface ReplyCost {
  model: number
  cosmos: number
  functions: number
  webPubSub: number
  logs: number
  total: number
}

/** Of one reply in a chat of one person with one bot, by price lists: nothing free, and its instance speaks to nobody else meanwhile. */
export function replyCost(setup: Setup, loggedKb: number, measured: Measured, prices: Prices): ReplyCost {
  const model =
    (REPLY.tokensIn * prices.geminiFlashPerMillionTokensIn +
      REPLY.tokensOut * prices.geminiFlashPerMillionTokensOut) /
    1e6
  // The run is kept once a second, a patch like that of a head.
  const requestUnits = measured.reply + REPLY.seconds * measured.head
  const cosmos = (requestUnits / 1e6) * prices.cosmosServerlessPerMillionRu
  const functions =
    REPLY.seconds * setup.memoryGb * prices.functionsPerGbSecond +
    (EXECUTIONS / 1e6) * prices.functionsPerMillionExecutions
  const webPubSub = ((REPLY.seconds * DELTAS_PER_S) / 1e6) * prices.webPubSubPerMillionMessages
  const logs = ((EXECUTIONS * loggedKb) / 1e6) * prices.logsPerGb
  return { model, cosmos, functions, webPubSub, logs, total: model + cosmos + functions + webPubSub + logs }
}
