// What people get to know of each other, and keep for themselves.
import * as z from 'zod'
import { userOut } from './things.ts'

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
