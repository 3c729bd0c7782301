// Runs of bots. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { id } from './fields.ts'

export const runRequest = z.strictObject({ chatId: id, runId: id })
