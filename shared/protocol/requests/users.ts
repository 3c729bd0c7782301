// People. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { cursor, displayName, id, limit, profile } from './fields.ts'

export const userRequest = z.strictObject({ userId: id })
export const updateMeRequest = z
  .strictObject({
    displayName: displayName.optional(),
    profile: profile.optional(),
    email: z.email().max(254).nullable().optional(),
    listed: z.boolean().optional(),
  })
  .refine((ask) => Object.keys(ask).length > 0, 'names nothing to change')

const profileType = z.enum(['member', 'parent', 'therapist', 'bot'])
/** Over the socket `type` names the command, so the filter has a second name. */
export const searchUsersRequest = z.strictObject({
  q: z.string().max(64).optional(),
  type: profileType.optional(),
  profileType: profileType.optional(),
  cursor,
  limit: limit(100, 20),
})

export const settingsRequest = z
  .strictObject({
    language: z
      .string()
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/, 'must be a BCP 47 tag')
      .nullable()
      .optional(),
    theme: z.enum(['system', 'light', 'dark']).optional(),
    notifications: z
      .strictObject({
        messages: z.boolean().optional(),
        mentions: z.boolean().optional(),
        sounds: z.boolean().optional(),
      })
      .optional(),
    presence: z.enum(['everyone', 'nobody']).optional(),
    custom: z.record(z.string().min(1).max(64), z.json()).optional(),
  })
  .refine((ask) => Object.keys(ask).length > 0, 'names nothing to change')
