import { chatRequest } from '../../shared/protocol/requests/chats.ts'
import { deleteChat } from '../../shared/services/chats/delete-chat.ts'
import { endpoint, noContent } from '../adapter/endpoint.ts'

export const deleteChatEndpoint = endpoint({
  name: 'chats.delete',
  functionName: 'delete-chat',
  method: 'DELETE',
  route: 'chats/{chatId}',
  input: chatRequest,
  summary: 'Ends a group or a chat with a bot for everybody; puts a direct chat away for oneself',
  answers: { 204: null },
  run: async (app, actor, { chatId }) => {
    await deleteChat(app, actor, chatId)
    return noContent
  },
})
