// What people get to know of each other, and keep for themselves.
import * as z from 'zod'
import { REPORT_REASONS } from '../../domain/report.ts'
import { contentOut, idOut, seqOut, timeOut, userOut } from './things.ts'

const cursorOut = z
  .string()
  .optional()
  .meta({ description: 'Ask with it for the next page; absent on the last' })

export const usersOut = z.object({ users: z.array(userOut), cursor: cursorOut })

export const settingsOut = z
  .object({
    language: z.string().optional(),
    theme: z.enum(['system', 'light', 'dark']),
    notifications: z.object({ messages: z.boolean(), mentions: z.boolean(), sounds: z.boolean() }),
    presence: z.enum(['everyone', 'nobody']),
    custom: z.record(z.string(), z.json()),
  })
  .meta({ id: 'Settings' })

export const blocksOut = z.object({ blocks: z.array(z.object({ userId: idOut, blockedAt: timeOut })) })

export const presenceOut = z.object({
  presence: z.array(
    z.object({
      userId: idOut,
      online: z.boolean(),
      lastSeenAt: timeOut.optional().meta({ description: 'Of somebody who is not online' }),
    }),
  ),
})

export const reportOut = z
  .object({
    reportId: idOut,
    reporterId: idOut,
    reason: z.enum(REPORT_REASONS),
    text: z.string().optional(),
    userId: idOut.optional(),
    chatId: idOut.optional(),
    seq: seqOut.optional(),
    message: z
      .object({ senderId: idOut, content: contentOut.optional() })
      .optional()
      .meta({ description: 'The message as it stood when it was reported' }),
    createdAt: timeOut,
  })
  .meta({ id: 'Report' })

export const reportsOut = z.object({ reports: z.array(reportOut), cursor: cursorOut })
