// What a client may ask, one schema per use case. Unknown fields are refused by name; a number may come as digits,
// because a query string has nothing else.
import * as z from 'zod'
import { MAX_TEXT } from '../domain/budget.ts'

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ -')
const handle = z.string().regex(/^[A-Za-z0-9_.-]{3,32}$/, 'must be 3 to 32 characters of A-Z a-z 0-9 _ . -')
const whole = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
])
const seq = whole.pipe(z.int().min(1).max(9_999_999_999))
const known = whole.pipe(z.int().min(0).max(9_999_999_999))
const clientId = z.string().min(1).max(64)
const limit = (max: number, usual: number) => whole.pipe(z.int().min(1).max(max)).default(usual)
const cursor = z.string().min(1).max(4_096).optional()

const profile = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('member') }),
  z.strictObject({ type: z.literal('parent'), childrenCount: z.int().min(0).max(50) }),
  z.strictObject({ type: z.literal('therapist'), specialization: z.string().min(1).max(200) }),
])

const content = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(MAX_TEXT) })

export const nothing = z.strictObject({})
export const registerRequest = z.strictObject({
  handle,
  password: z.string(),
  displayName: z.string().trim().min(1).max(64).optional(),
  email: z.email().max(254).optional(),
  profile: profile.optional(),
})
export const loginRequest = z.strictObject({
  login: z.string().min(1).max(254),
  password: z.string().min(1).max(1_024),
})
export const refreshRequest = z.strictObject({ refreshToken: z.string().min(1).max(512) })

export const userRequest = z.strictObject({ userId: id })

export const createChatRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('direct'), userId: id, clientRequestId: clientId.optional() }),
  z.strictObject({
    kind: z.literal('group'),
    name: z.string().trim().min(1).max(100),
    members: z.array(id).max(29).optional(),
    visibility: z.enum(['private', 'public']).optional(),
    clientRequestId: clientId.optional(),
  }),
  z.strictObject({
    kind: z.literal('bot'),
    botId: id.optional(),
    name: z.string().trim().min(1).max(100).optional(),
    clientRequestId: clientId.optional(),
  }),
])
export const listChatsRequest = z.strictObject({ cursor, limit: limit(100, 50) })
export const chatRequest = z.strictObject({ chatId: id })
export const memberRequest = z.strictObject({ chatId: id, userId: id })
export const setMemberRequest = z.strictObject({
  chatId: id,
  userId: id,
  role: z.enum(['owner', 'admin', 'member', 'reader']),
})

export const sendMessageRequest = z.strictObject({
  chatId: id,
  clientMessageId: clientId,
  content,
  replyTo: seq.optional(),
  lastSeq: known.optional(),
})
export const listMessagesRequest = z.strictObject({
  chatId: id,
  before: seq.optional(),
  after: known.optional(),
  limit: limit(100, 50),
})
export const readLogRequest = z.strictObject({ chatId: id, after: known.optional(), limit: limit(100, 100) })
export const receiptRequest = z.strictObject({ chatId: id, seq })
export const runRequest = z.strictObject({ chatId: id, runId: id })
export const syncRequest = z.strictObject({
  since: z.string().max(4_096).optional(),
  chats: z.record(id, known).optional(),
})

/** A command's envelope; everything else in it is the use case's own. */
export const commandEnvelope = z.looseObject({
  id: z.union([z.string().min(1).max(64), z.int()]),
  type: z.string().min(1).max(64),
})
