// People. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { REPORT_REASONS } from '../../domain/report.ts'
import { cursor, displayName, id, limit, profile, seq } from './fields.ts'

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

export const blockRequest = z.strictObject({ userId: id })

/** A query string has them in one text, between commas. */
const userIds = z
  .union([z.array(id), z.string().transform((text) => text.split(','))])
  .pipe(z.array(id).min(1).max(50))
export const presenceRequest = z.strictObject({ userIds })
export const typingRequest = z.strictObject({ chatId: id, typing: z.boolean().default(true) })

export const reportRequest = z
  .strictObject({
    reason: z.enum(REPORT_REASONS),
    text: z.string().trim().min(1).max(2_000).optional(),
    userId: id.optional(),
    chatId: id.optional(),
    seq: seq.optional(),
  })
  .refine(({ userId, chatId }) => userId !== undefined || chatId !== undefined, 'needs userId or chatId')
  .refine((ask) => ask.seq === undefined || ask.chatId !== undefined, {
    path: ['chatId'],
    message: 'is needed with seq',
  })
export const listReportsRequest = z.strictObject({ cursor, limit: limit(100, 50) })
