import { messagesOut } from '../../shared/protocol/answers/pages.ts'
import { renderMessage } from '../../shared/protocol/render.ts'
import { listMessagesRequest } from '../../shared/protocol/requests/messages.ts'
import { listMessages } from '../../shared/services/messages/read-messages.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listMessagesEndpoint = endpoint({
  name: 'messages.list',
  functionName: 'list-messages',
  method: 'GET',
  route: 'chats/{chatId}/messages',
  input: listMessagesRequest,
  summary: 'Messages as they stand, ascending',
  answers: { 200: messagesOut },
  run: async (app, actor, page) => {
    const { messages, head, more } = await listMessages(app, actor, page)
    return ok({ messages: messages.map((message) => renderMessage(message)), head, more })
  },
})
