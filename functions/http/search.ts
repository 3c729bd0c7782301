import { foundOut } from '../../shared/protocol/answers/pages.ts'
import { renderMessage } from '../../shared/protocol/render.ts'
import { searchRequest } from '../../shared/protocol/requests/messages.ts'
import { searchAll } from '../../shared/services/messages/search-all.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const searchEndpoint = endpoint({
  name: 'search',
  functionName: 'search',
  method: 'GET',
  route: 'search',
  input: searchRequest,
  limit: 'searches',
  summary: 'Messages of all of the chats one is in, with all of the words',
  answers: { 200: foundOut },
  run: async (app, actor, ask) => {
    const { messages, cursor } = await searchAll(app, actor, ask)
    return ok({ messages: messages.map((message) => renderMessage(message)), ...(cursor && { cursor }) })
  },
})
