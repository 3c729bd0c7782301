import { foundOut } from '../../shared/protocol/answers/pages.ts'
import { renderMessage } from '../../shared/protocol/render.ts'
import { searchMessagesRequest } from '../../shared/protocol/requests/messages.ts'
import { searchChat } from '../../shared/services/messages/search-chat.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const searchMessagesEndpoint = endpoint({
  name: 'messages.search',
  functionName: 'search-messages',
  method: 'GET',
  route: 'chats/{chatId}/search',
  input: searchMessagesRequest,
  limit: 'searches',
  summary: 'Messages of a chat with all of the words, newest first',
  answers: { 200: foundOut },
  run: async (app, actor, ask) => {
    const { messages, cursor } = await searchChat(app, actor, ask)
    return ok({ messages: messages.map((message) => renderMessage(message)), ...(cursor && { cursor }) })
  },
})
