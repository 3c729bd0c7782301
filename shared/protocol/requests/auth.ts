// Sign-in. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { clientId, displayName, profile } from './fields.ts'

const handle = z.string().regex(/^[A-Za-z0-9_.-]{3,32}$/, 'must be 3 to 32 characters of A-Z a-z 0-9 _ . -')

export const registerRequest = z.strictObject({
  handle,
  password: z.string(),
  displayName: displayName.optional(),
  email: z.email().max(254).optional(),
  profile: profile.optional(),
})
export const loginRequest = z.strictObject({
  login: z.string().min(1).max(254),
  password: z.string().min(1).max(1_024),
})
export const refreshRequest = z.strictObject({
  refreshToken: z.string().min(1).max(512),
  clientRequestId: clientId.optional(),
})
