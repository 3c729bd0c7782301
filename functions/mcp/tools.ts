// What agents may do for the one who signed them in: the use cases of the table, with arguments that a model finds easy.
import * as z from 'zod'
import type { App } from '../../shared/app.ts'
import type { Actor } from '../../shared/domain/user.ts'
import { parseInput } from '../../shared/protocol/parse.ts'
import { clientId, id } from '../../shared/protocol/requests/fields.ts'
import type { Endpoint } from '../adapter/endpoint.ts'
import { listChatsEndpoint } from '../http/list-chats.ts'
import { listMessagesEndpoint } from '../http/list-messages.ts'
import { searchEndpoint } from '../http/search.ts'
import { searchMessagesEndpoint } from '../http/search-messages.ts'
import { sendMessageEndpoint } from '../http/send-message.ts'

export interface AgentTool {
  name: string
  description: string
  input: z.ZodType
  /** Nothing changes. */
  readOnly: boolean
  /** @throws ChatError of the use case */
  call(app: App, actor: Actor, args: unknown): Promise<unknown>
}

function tool<I>(
  name: string,
  description: string,
  input: z.ZodType<I>,
  ask: (args: I, app: App) => { endpoint: Endpoint; input: object },
): AgentTool {
  return {
    ...{ name, description, input },
    readOnly: name !== 'send_message',
    async call(app, actor, args) {
      const { endpoint, input: asked } = ask(parseInput(input, args), app)
      return (await endpoint.handle(app, actor, asked)).body
    },
  }
}

const number = z.int().min(1).max(9_999_999_999)
const limit = z.int().min(1).max(50).default(20)

export const agentTools: AgentTool[] = [
  tool(
    'list_chats',
    'The chats of the signed-in user, newest activity first, with unread counts. Pass `cursor` for the next page.',
    z.strictObject({ cursor: z.string().optional(), limit }),
    (input) => ({ endpoint: listChatsEndpoint, input }),
  ),
  tool(
    'read_messages',
    'Messages of a chat as they stand now, oldest first: the newest ones, or those before or after a seq.',
    z.strictObject({ chatId: id, before: number.optional(), after: number.optional(), limit }),
    (input) => ({ endpoint: listMessagesEndpoint, input }),
  ),
  tool(
    'search_messages',
    'Messages with all of the words, newest first, in one chat or in all of them.',
    z.strictObject({
      words: z.string().min(1).max(200),
      chatId: id.optional(),
      cursor: z.string().optional(),
      limit,
    }),
    ({ words: q, chatId, ...page }) => {
      if (chatId === undefined) return { endpoint: searchEndpoint, input: { q, ...page } }
      return { endpoint: searchMessagesEndpoint, input: { q, chatId, ...page } }
    },
  ),
  tool(
    'send_message',
    'Sends a text to a chat as the signed-in user. The same `clientMessageId` again sends nothing a second time.',
    z.strictObject({
      chatId: id,
      text: z.string().min(1).max(8_000),
      replyTo: number.optional(),
      clientMessageId: clientId.optional(),
    }),
    ({ text, clientMessageId, ...message }, app) => {
      const content = { type: 'text', text }
      const input = { ...message, content, clientMessageId: clientMessageId ?? app.newId() }
      return { endpoint: sendMessageEndpoint, input }
    },
  ),
]
