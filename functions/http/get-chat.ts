import { chatOut } from '../../shared/protocol/answers/things.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { chatRequest } from '../../shared/protocol/requests/chats.ts'
import { getChat } from '../../shared/services/chats/read-chat.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getChatEndpoint = endpoint({
  name: 'chats.get',
  functionName: 'get-chat',
  method: 'GET',
  route: 'chats/{chatId}',
  input: chatRequest,
  summary: 'A chat as the asker sees it',
  answers: { 200: chatOut },
  run: async (app, actor, { chatId }) => ok(renderChat(await getChat(app, actor, chatId))),
})
