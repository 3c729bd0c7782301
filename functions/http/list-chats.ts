import { chatsOut } from '../../shared/protocol/answers/pages.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { listChatsRequest } from '../../shared/protocol/requests/chats.ts'
import { listChats } from '../../shared/services/chats/read-chat.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listChatsEndpoint = endpoint({
  name: 'chats.list',
  functionName: 'list-chats',
  method: 'GET',
  route: 'chats',
  input: listChatsRequest,
  summary: "The asker's chats, newest activity first",
  answers: { 200: chatsOut },
  run: async (app, actor, page) => {
    const { chats, cursor } = await listChats(app, actor, page)
    return ok({ chats: chats.map(renderChat), ...(cursor !== undefined && { cursor }) })
  },
})
