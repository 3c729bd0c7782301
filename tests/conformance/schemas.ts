// The schema behind each name in the files: an endpoint's, or the envelope around every command.
import type * as z from 'zod'
import * as requests from '../../shared/protocol/requests.ts'

export const SCHEMAS: Record<string, z.ZodType> = {
  'auth.register': requests.registerRequest,
  'auth.login': requests.loginRequest,
  'auth.refresh': requests.refreshRequest,
  'auth.logout': requests.nothing,
  'auth.jwks': requests.nothing,
  negotiate: requests.nothing,
  health: requests.nothing,
  'me.get': requests.nothing,
  'users.get': requests.userRequest,
  'chats.create': requests.createChatRequest,
  'chats.list': requests.listChatsRequest,
  'chats.get': requests.chatRequest,
  'members.list': requests.chatRequest,
  'members.set': requests.setMemberRequest,
  'members.remove': requests.memberRequest,
  'messages.send': requests.sendMessageRequest,
  'messages.list': requests.listMessagesRequest,
  'log.read': requests.readLogRequest,
  'receipts.read': requests.receiptRequest,
  'receipts.delivered': requests.receiptRequest,
  'receipts.list': requests.chatRequest,
  'bots.list': requests.nothing,
  'runs.get': requests.runRequest,
  sync: requests.syncRequest,
  command: requests.commandEnvelope,
}
