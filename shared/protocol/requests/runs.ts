// Runs of bots. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { clientId, id, seq } from './fields.ts'

export const runRequest = z.strictObject({ chatId: id, runId: id })

export const regenerateRequest = z.strictObject({
  chatId: id,
  seq,
  clientRequestId: clientId.optional(),
})
