import { publicChatsOut } from '../../shared/protocol/answers/pages.ts'
import { renderPublicChat } from '../../shared/protocol/render-chat.ts'
import { publicChatsRequest } from '../../shared/protocol/requests/chats.ts'
import { listPublicChats } from '../../shared/services/chats/public-chats.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listPublicChatsEndpoint = endpoint({
  name: 'chats.public',
  functionName: 'list-public-chats',
  method: 'GET',
  route: 'chats/public',
  input: publicChatsRequest,
  limit: 'searches',
  summary: 'Groups that anybody may join, by the beginning of their names',
  answers: { 200: publicChatsOut },
  run: async (app, actor, page) => {
    const { chats, cursor } = await listPublicChats(app, actor, page)
    return ok({ chats: chats.map(renderPublicChat), ...(cursor !== undefined && { cursor }) })
  },
})
