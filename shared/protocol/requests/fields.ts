// What requests are made of. A number may come as digits, because a query string has nothing else.
import * as z from 'zod'

export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ -')
export const whole = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
])
/** The number of an entry. */
export const seq = whole.pipe(z.int().min(1).max(9_999_999_999))
/** A seq, or 0 for none. */
export const known = whole.pipe(z.int().min(0).max(9_999_999_999))
/** An id that the client chose, so that it can say the same thing twice. */
export const clientId = z.string().min(1).max(64)
export const limit = (max: number, usual: number) => whole.pipe(z.int().min(1).max(max)).default(usual)
export const cursor = z.string().min(1).max(4_096).optional()
/** A switch; a query string says `true` or `false`. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
export const displayName = z.string().trim().min(1).max(64)
export const profile = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('member') }),
  z.strictObject({ type: z.literal('parent'), childrenCount: z.int().min(0).max(50) }),
  z.strictObject({ type: z.literal('therapist'), specialization: z.string().min(1).max(200) }),
])
export const nothing = z.strictObject({})
