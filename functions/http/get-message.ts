import { messageOut } from '../../shared/protocol/answers/entries.ts'
import { renderMessage } from '../../shared/protocol/render.ts'
import { messageRequest } from '../../shared/protocol/requests/messages.ts'
import { getMessage } from '../../shared/services/messages/get-message.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getMessageEndpoint = endpoint({
  name: 'messages.get',
  functionName: 'get-message',
  method: 'GET',
  route: 'chats/{chatId}/messages/{seq}',
  input: messageRequest,
  summary: 'One message as it stands',
  answers: { 200: messageOut },
  run: async (app, actor, target) => ok(renderMessage(await getMessage(app, actor, target))),
})
