// Chats and their members. One schema per use case, for its route and its command alike. Unknown fields are refused by name.
import * as z from 'zod'
import { clientId, cursor, id, limit } from './fields.ts'

const chatName = z.string().trim().min(1).max(100)
const role = z.enum(['owner', 'admin', 'member', 'reader'])
const visibility = z.enum(['private', 'public'])

export const createChatRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('direct'), userId: id, clientRequestId: clientId.optional() }),
  z.strictObject({
    kind: z.literal('group'),
    name: chatName,
    members: z.array(id).max(1_000).optional(),
    visibility: visibility.optional(),
    clientRequestId: clientId.optional(),
  }),
  z.strictObject({
    kind: z.literal('bot'),
    botId: id.optional(),
    name: chatName.optional(),
    clientRequestId: clientId.optional(),
  }),
])
export const listChatsRequest = z.strictObject({ cursor, limit: limit(100, 50) })
export const updateChatRequest = z
  .strictObject({
    chatId: id,
    name: chatName.optional(),
    visibility: visibility.optional(),
    muted: z.boolean().optional(),
    pinned: z.boolean().optional(),
    clientRequestId: clientId.optional(),
  })
  .refine(
    ({ name, visibility, muted, pinned }) => [name, visibility, muted, pinned].some((it) => it !== undefined),
    'needs something to change: name, visibility, muted or pinned',
  )
export const chatRequest = z.strictObject({ chatId: id })
export const memberRequest = z.strictObject({ chatId: id, userId: id })
export const setMemberRequest = z.strictObject({
  chatId: id,
  userId: id,
  role,
  handOver: z.boolean().optional(),
})
export const addMembersRequest = z.strictObject({
  chatId: id,
  userIds: z.array(id).min(1).max(1_000),
  role: role.optional(),
})
export const listMembersRequest = z.strictObject({
  chatId: id,
  cursor: id.optional(),
  limit: limit(1_000, 200),
})
export const publicChatsRequest = z.strictObject({
  q: z.string().trim().max(100).optional(),
  cursor,
  limit: limit(100, 50),
})
