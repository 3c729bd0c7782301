import {
  isSpent,
  payerOf,
  type QuotaDeps,
  refuseSpent,
  spend,
} from '../../../../shared/services/bots/quotas.ts'
import type { UsageStore } from '../../../../shared/services/ports/state.ts'

const payer = { userId: 'ada', chatId: 'c1' }
const used = { promptTokens: 60, replyTokens: 40, firstTokenMs: 1, totalMs: 2 }

/** Counters as the store keeps them, and what was asked of it. */
function counters(): UsageStore & { asked: number } {
  const counts = new Map<string, number>()
  const add = (key: string, tokens: number) => counts.set(key, (counts.get(key) ?? 0) + tokens)
  return {
    asked: 0,
    async read({ userId, chatId }, day) {
      this.asked++
      return { user: counts.get(`${userId} ${day}`) ?? 0, chat: counts.get(`${chatId} ${day}`) ?? 0 }
    },
    async add({ userId, chatId }, day, tokens) {
      this.asked++
      add(`${userId} ${day}`, tokens)
      add(`${chatId} ${day}`, tokens)
    },
  }
}

const at = (usage: UsageStore, quotas: QuotaDeps['quotas'], time: string): QuotaDeps => ({
  usage,
  quotas,
  time: { now: () => Date.parse(time) },
})

test('a person’s tokens count in every chat, until midnight UTC', async () => {
  const usage = counters()
  const quotas = { userTokensPerDay: 200 }
  const today = at(usage, quotas, '2026-03-01T23:59:00.000Z')
  await spend(today, payer, used)
  expect(await isSpent(today, payer)).toBe(false)
  await spend(today, { ...payer, chatId: 'c2' }, used)
  expect(await isSpent(today, { ...payer, chatId: 'c3' })).toBe(true)
  expect(await isSpent(today, { ...payer, userId: 'bob' })).toBe(false)
  await expect(refuseSpent(today, payer)).rejects.toMatchObject({ code: 'quota-exceeded', retryAfter: 60 })
  expect(await isSpent(at(usage, quotas, '2026-03-02T00:00:00.000Z'), payer)).toBe(false)
})

test('a chat’s tokens count for everybody in it', async () => {
  const deps = at(counters(), { chatTokensPerDay: 100 }, '2026-03-01T10:00:00.000Z')
  await spend(deps, payer, used)
  expect(await isSpent(deps, { ...payer, userId: 'bob' })).toBe(true)
  expect(await isSpent(deps, { ...payer, chatId: 'c2' })).toBe(false)
})

test('without limits nothing is counted', async () => {
  const usage = counters()
  const deps = at(usage, {}, '2026-03-01T10:00:00.000Z')
  await spend(deps, payer, used)
  expect(await isSpent(deps, payer)).toBe(false)
  expect(usage.asked).toBe(0)
})

test('who asks for another answer pays for it, not who wrote the prompt', () => {
  const run = { chatId: 'c1', askedBy: 'bob' } as Parameters<typeof payerOf>[0]
  expect(payerOf(run, { senderId: 'ada' })).toEqual({ chatId: 'c1', userId: 'bob' })
  expect(payerOf({ ...run, askedBy: undefined }, { senderId: 'ada' })).toEqual(payer)
})
