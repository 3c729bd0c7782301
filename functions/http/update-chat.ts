import { chatOut } from '../../shared/protocol/answers/things.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { updateChatRequest } from '../../shared/protocol/requests/chats.ts'
import { updateChat } from '../../shared/services/chats/update-chat.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const updateChatEndpoint = endpoint({
  name: 'chats.update',
  functionName: 'update-chat',
  method: 'PATCH',
  route: 'chats/{chatId}',
  input: updateChatRequest,
  summary: 'Renames a chat, shows or hides a group; mutes or pins a chat for oneself',
  answers: { 200: chatOut },
  run: async (app, actor, ask) => ok(renderChat(await updateChat(app, actor, ask))),
})
