// What only a socket says. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { id, known } from './fields.ts'

export const syncRequest = z.strictObject({
  since: z.string().max(4_096).optional(),
  chats: z.record(id, known).optional(),
})
/** A command's envelope; everything else in it is the use case's own. */
export const commandEnvelope = z.looseObject({
  id: z.union([z.string().min(1).max(64), z.int()]),
  type: z.string().min(1).max(64),
})
