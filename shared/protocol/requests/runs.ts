// Runs of bots. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { clientId, id, seq } from './fields.ts'

export const runRequest = z.strictObject({ chatId: id, runId: id })

export const regenerateRequest = z.strictObject({
  chatId: id,
  seq,
  clientRequestId: clientId.optional(),
})

export const configureBotRequest = z
  .strictObject({
    chatId: id,
    botId: id.optional(),
    systemPrompt: z.string().trim().min(1).max(4_000).nullable().optional(),
    temperature: z.number().min(0).max(2).nullable().optional(),
    contextMessages: z.int().min(1).max(200).nullable().optional(),
  })
  .refine(
    ({ systemPrompt, temperature, contextMessages }) =>
      [systemPrompt, temperature, contextMessages].some((it) => it !== undefined),
    'needs something to change: systemPrompt, temperature or contextMessages',
  )
