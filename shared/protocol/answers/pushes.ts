// What the server says unasked, and the answers to commands: one schema per `type`.
import * as z from 'zod'
import { entryOut } from './entries.ts'
import { problemOut } from './problem.ts'
import { chatOut, idOut, receiptOut, seqOut, toolStateOut } from './things.ts'
import { reportOut, settingsOut } from './users.ts'

const run = { chatId: idOut, runId: idOut, botId: idOut }

/** Pushed frames by `type`, and to whom each goes. */
export const PUSHES = {
  entries: {
    to: 'chat',
    summary: 'Entries in log order',
    schema: z.object({ type: z.literal('entries'), chatId: idOut, entries: z.array(entryOut) }),
  },
  receipt: {
    to: 'chat',
    summary: 'Somebody has received or read further; chats of up to 50 members',
    schema: z.object({ type: z.literal('receipt'), chatId: idOut, ...receiptOut.shape }),
  },
  'run.started': {
    to: 'chat',
    summary: 'A bot has begun to answer',
    schema: z.object({
      type: z.literal('run.started'),
      ...run,
      attempt: z.int().min(1),
      promptSeq: seqOut,
    }),
  },
  'run.delta': {
    to: 'chat',
    summary: 'A piece of the answer; a higher attempt starts over',
    schema: z.object({
      type: z.literal('run.delta'),
      ...run,
      attempt: z.int().min(1),
      index: z.int().min(0).meta({ description: 'Characters before this text' }),
      text: z.string(),
    }),
  },
  'run.tool': {
    to: 'chat',
    summary: 'The bot calls a function, or has called it',
    schema: z.object({
      type: z.literal('run.tool'),
      ...run,
      attempt: z.int().min(1),
      index: z.int().min(0).meta({ description: 'Which of the calls' }),
      name: z.string(),
      state: toolStateOut,
    }),
  },
  'run.ended': {
    to: 'chat',
    summary: 'The answer is in the log, or there will be none',
    schema: z.object({
      type: z.literal('run.ended'),
      ...run,
      state: z.enum(['done', 'stopped', 'failed']),
      replySeq: seqOut.optional(),
    }),
  },
  'chat.added': {
    to: 'user',
    summary: 'A chat that the user is in now',
    schema: z.object({ type: z.literal('chat.added'), chat: chatOut }),
  },
  'chat.updated': {
    to: 'user',
    summary: 'What the user changed for themselves on another device: muted, pinned, cleared',
    schema: z.object({ type: z.literal('chat.updated'), chat: chatOut }),
  },
  settings: {
    to: 'user',
    summary: 'The settings, as a device has changed them',
    schema: z.object({ type: z.literal('settings'), settings: settingsOut }),
  },
  typing: {
    to: 'chat',
    summary: 'Somebody types, or has stopped; chats of up to 50 members',
    schema: z.object({
      type: z.literal('typing'),
      chatId: idOut,
      userId: idOut,
      typing: z.literal(false).optional().meta({ description: 'false: has stopped' }),
    }),
  },
  report: {
    to: 'admins',
    summary: 'Somebody has reported a person, a chat or a message',
    schema: z.object({ type: z.literal('report'), ...reportOut.shape }),
  },
  'chat.removed': {
    to: 'user',
    summary: 'A chat that the user is no longer in',
    schema: z.object({ type: z.literal('chat.removed'), chatId: idOut }),
  },
} as const satisfies Record<string, { to: 'chat' | 'user' | 'admins'; summary: string; schema: z.ZodType }>

const commandId = z.union([z.string(), z.int(), z.null()])

export const errorReplyOut = z
  .object({ type: z.literal('reply'), id: commandId, ok: z.literal(false), error: problemOut })
  .meta({ id: 'ErrorReply' })

/** The reply to a command whose use case answers with `result`. */
export const replyOut = (result: z.ZodType) =>
  z.object({ type: z.literal('reply'), id: commandId, ok: z.literal(true), result })
