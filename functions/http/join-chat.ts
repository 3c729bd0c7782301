import { chatOut } from '../../shared/protocol/answers/things.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { chatRequest } from '../../shared/protocol/requests/chats.ts'
import { joinChat } from '../../shared/services/chats/public-chats.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const joinChatEndpoint = endpoint({
  name: 'chats.join',
  functionName: 'join-chat',
  method: 'POST',
  route: 'chats/{chatId}/join',
  input: chatRequest,
  summary: 'Makes the asker a member of a public group',
  answers: { 200: chatOut },
  run: async (app, actor, { chatId }) => ok(renderChat(await joinChat(app, actor, chatId))),
})
