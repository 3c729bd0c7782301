// How many tokens a person, and a chat, may use in a day (UTC). Counted when a reply is in the log, so a run under way may
// go over; where nothing is limited, nothing is counted.
import type { Run, Usage } from '../../domain/bot.ts'
import { ChatError } from '../../domain/error.ts'
import type { UsageStore } from '../ports/state.ts'
import type { Time } from '../ports/world.ts'

export interface Quotas {
  userTokensPerDay?: number | undefined
  chatTokensPerDay?: number | undefined
}

export interface QuotaDeps {
  usage: UsageStore
  quotas: Quotas
  time: Pick<Time, 'now'>
}

/** Who pays. */
export type Payer = { userId: string; chatId: string }

const DAY_MS = 24 * 3600_000

export async function isSpent({ usage, quotas, time }: QuotaDeps, payer: Payer): Promise<boolean> {
  if (!isLimited(quotas)) return false
  const { userTokensPerDay = Number.POSITIVE_INFINITY, chatTokensPerDay = Number.POSITIVE_INFINITY } = quotas
  const spent = await usage.read(payer, dayOf(time.now()))
  return spent.user >= userTokensPerDay || spent.chat >= chatTokensPerDay
}

/** @throws ChatError `quota-exceeded` */
export async function refuseSpent(deps: QuotaDeps, payer: Payer): Promise<void> {
  if (!(await isSpent(deps, payer))) return
  const retryAfter = Math.ceil((DAY_MS - (deps.time.now() % DAY_MS)) / 1_000)
  throw new ChatError('quota-exceeded', 'The tokens of the day are used up.', { retryAfter })
}

export async function spend({ usage, quotas, time }: QuotaDeps, payer: Payer, used: Usage): Promise<void> {
  if (isLimited(quotas)) await usage.add(payer, dayOf(time.now()), used.promptTokens + used.replyTokens)
}

export const payerOf = ({ chatId, askedBy }: Run, prompt: { senderId: string }): Payer => ({
  chatId,
  userId: askedBy ?? prompt.senderId,
})

const isLimited = ({ userTokensPerDay, chatTokensPerDay }: Quotas): boolean =>
  (userTokensPerDay ?? chatTokensPerDay) !== undefined

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10)
