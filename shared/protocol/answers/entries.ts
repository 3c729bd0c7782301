// The log as it is shown: one line per entry, and a message as it stands.
import * as z from 'zod'
import { contentOut, failureOut, idOut, roleOut, seqOut, timeOut, usageOut } from './things.ts'

const base = {
  chatId: idOut,
  seq: seqOut,
  n: z.int().min(0).meta({ description: 'Messages so far' }),
  senderId: idOut,
  createdAt: timeOut,
  clientMessageId: z.string().optional(),
}

const runMark = z.object({
  runId: idOut,
  promptSeq: seqOut,
  state: z.enum(['done', 'stopped', 'failed']),
  reason: failureOut.optional(),
  usage: usageOut.optional(),
})

const message = {
  ...base,
  type: z.literal('message'),
  content: contentOut.optional().meta({ description: 'Absent once the message is deleted' }),
  replyTo: seqOut.optional(),
  mentions: z.array(idOut).optional(),
  run: runMark.optional(),
}

export const entryOut = z
  .discriminatedUnion('type', [
    z.object(message),
    z.object({
      ...base,
      type: z.literal('edit'),
      target: seqOut,
      revision: z.int().min(1),
      content: contentOut.optional().meta({ description: "The target's, as it stands" }),
    }),
    z.object({ ...base, type: z.literal('delete'), target: seqOut }),
    z.object({
      ...base,
      type: z.literal('reaction'),
      target: seqOut,
      emoji: z.string(),
      on: z.boolean(),
    }),
    z.object({
      ...base,
      type: z.literal('member'),
      userId: idOut,
      change: z.enum(['added', 'left', 'removed', 'role']),
      role: roleOut.optional(),
    }),
    z.object({
      ...base,
      type: z.literal('chat'),
      change: z.enum(['created', 'renamed', 'visibility', 'bot']),
      name: z.string().optional(),
      visibility: z.enum(['private', 'public']).optional(),
      botId: idOut.optional().meta({ description: 'The bot that was configured' }),
    }),
    z.object({ ...base, type: z.literal('clear'), through: seqOut }),
    z.object({ ...base, type: z.literal('closed') }),
  ])
  .meta({ id: 'Entry' })

export const messageOut = z
  .object({
    ...message,
    revision: z.int().min(1).optional(),
    editedAt: timeOut.optional(),
    deletedAt: timeOut.optional(),
    reactions: z.record(z.string(), z.array(idOut)).meta({ description: 'Who reacted, by emoji' }),
    readAt: timeOut.optional().meta({ description: 'Direct chats: when the other side read it' }),
  })
  .meta({ id: 'Message' })
