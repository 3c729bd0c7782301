// Lists and pages.
import * as z from 'zod'
import { entryOut, messageOut } from './entries.ts'
import { chatOut, idOut, memberOut, receiptOut } from './things.ts'

const more = z.boolean().meta({ description: 'There is more than fits' })
const cursorOut = z
  .string()
  .optional()
  .meta({ description: 'Ask with it for the next page; absent on the last' })

export const chatsOut = z.object({ chats: z.array(chatOut), cursor: cursorOut })
export const publicChatsOut = z.object({
  chats: z.array(
    z.object({
      chatId: idOut,
      name: z.string().nullable(),
      memberCount: z.int(),
      joined: z.boolean().meta({ description: 'The asker is a member' }),
    }),
  ),
  cursor: cursorOut,
})
export const membersOut = z.object({ members: z.array(memberOut), more, cursor: cursorOut })
export const addedOut = z.object({
  chat: chatOut,
  pending: z.int().min(0).meta({ description: 'How many are let in after the answer' }),
})
export const receiptsOut = z.object({ receipts: z.array(receiptOut), more })
export const entriesOut = z.object({ entries: z.array(entryOut), more })
export const messagesOut = z.object({
  messages: z.array(messageOut),
  head: z.object({ seq: z.int(), n: z.int() }),
  more,
})
export const foundOut = z.object({ messages: z.array(messageOut), cursor: cursorOut })
export const botsOut = z.object({
  bots: z.array(z.object({ botId: idOut, displayName: z.string(), provider: z.string(), model: z.string() })),
})
export const syncOut = z.object({
  chats: z.array(
    z.object({
      chat: chatOut,
      entries: z.array(entryOut).optional(),
      snapshot: z.array(messageOut).optional(),
      receipts: z.array(receiptOut),
      more,
    }),
  ),
  removed: z.array(idOut),
  since: z.string(),
  more,
})
