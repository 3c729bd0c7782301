// What answers and pushes are made of, as schemas: for the generated documents, and for the tests that hold every example
// to them. An `id` makes a named component of the documents.
import * as z from 'zod'

export const idOut = z.string().meta({ description: 'Opaque, of A-Z a-z 0-9 _ -' })
export const seqOut = z.int().min(1)
export const timeOut = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC, milliseconds' })
export const roleOut = z.enum(['owner', 'admin', 'member', 'reader'])

export const profileOut = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('member') }),
    z.object({ type: z.literal('parent'), childrenCount: z.int() }),
    z.object({ type: z.literal('therapist'), specialization: z.string() }),
    z.object({ type: z.literal('bot') }),
  ])
  .meta({ id: 'Profile' })

export const userOut = z
  .object({
    userId: idOut,
    handle: z.string(),
    displayName: z.string(),
    profile: profileOut,
    role: z.enum(['user', 'admin']),
    createdAt: timeOut,
    email: z.string().optional().meta({ description: 'For its owner and for admins' }),
    listed: z.boolean().optional().meta({ description: 'For its owner and for admins, where it was chosen' }),
  })
  .meta({ id: 'User' })

/** What is said of a file, in its message and in the list of a chat's files alike. */
export const fileFields = {
  type: z.enum(['image', 'video', 'audio', 'file']),
  attachmentId: idOut,
  name: z.string(),
  contentType: z.string(),
  size: z.int().meta({ description: 'Bytes' }),
  caption: z.string().optional(),
  width: z.int().optional().meta({ description: 'Of an image, pixels' }),
  height: z.int().optional(),
  placeholder: z.string().optional().meta({ description: 'ThumbHash of an image, base64' }),
}

export const contentOut = z
  .discriminatedUnion('type', [z.object({ type: z.literal('text'), text: z.string() }), z.object(fileFields)])
  .meta({ id: 'Content' })

const markOut = z.object({
  seq: z.int().min(0),
  at: timeOut.nullable().meta({ description: 'null while seq is 0' }),
})

export const receiptOut = z
  .object({ userId: idOut, delivered: markOut, read: markOut })
  .meta({ id: 'Receipt' })

export const memberOut = z
  .object({ userId: idOut, role: roleOut, joinedSeq: z.int().min(0) })
  .meta({ id: 'Member' })

export const failureOut = z
  .enum(['model', 'refused', 'quota'])
  .meta({ description: 'No model answered; the rules forbid it; the tokens of the day are used up' })

export const usageOut = z
  .object({ promptTokens: z.int(), replyTokens: z.int(), firstTokenMs: z.int(), totalMs: z.int() })
  .meta({ id: 'Usage' })

export const toolStateOut = z.enum(['running', 'done', 'failed'])

const chatBotOut = z.object({
  botId: idOut,
  displayName: z.string(),
  settings: z
    .object({
      systemPrompt: z.string().optional(),
      temperature: z.number().optional(),
      contextMessages: z.int().optional(),
    })
    .optional(),
})

export const chatOut = z
  .object({
    chatId: idOut,
    kind: z.enum(['direct', 'group', 'bot']),
    name: z.string().nullable(),
    role: roleOut,
    visibility: z.enum(['private', 'public']).optional().meta({ description: 'Of a group' }),
    memberCount: z.int().min(0).optional().meta({ description: 'Of a group, bots included' }),
    members: z.array(idOut).optional(),
    head: z.object({ seq: z.int(), n: z.int(), at: timeOut, preview: z.string() }),
    unread: z.int().min(0),
    unreadMentions: z.int().min(0).meta({ description: 'Of the newest 100 messages that name the member' }),
    receipt: z.object({ delivered: markOut, read: markOut }),
    muted: z.boolean(),
    pinned: z.boolean(),
    clearedSeq: seqOut.optional().meta({ description: 'The history up to here is cleared: forget it' }),
    bot: chatBotOut.optional(),
  })
  .meta({ id: 'Chat' })

export const runOut = z
  .object({
    runId: idOut,
    botId: idOut,
    promptSeq: seqOut,
    state: z.enum(['waiting', 'streaming', 'done', 'stopped', 'failed']),
    attempt: z.int().min(0),
    index: z.int().min(0).meta({ description: 'Characters in text' }),
    text: z.string(),
    tools: z
      .array(z.object({ name: z.string(), arguments: z.string(), state: toolStateOut }))
      .optional()
      .meta({ description: 'What the model has called' }),
    reason: failureOut.optional(),
    replySeq: seqOut.optional(),
    usage: usageOut.optional(),
  })
  .meta({ id: 'Run' })
