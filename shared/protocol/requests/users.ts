// People. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { id } from './fields.ts'

export const userRequest = z.strictObject({ userId: id })
