import { chatOut } from '../../shared/protocol/answers/things.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { createChatRequest } from '../../shared/protocol/requests/chats.ts'
import { createChat } from '../../shared/services/chats/create-chat.ts'
import { endpoint } from '../adapter/endpoint.ts'

export const createChatEndpoint = endpoint({
  name: 'chats.create',
  functionName: 'create-chat',
  method: 'POST',
  route: 'chats',
  input: createChatRequest,
  summary: 'Creates a chat, or finds the one that the same request made',
  answers: { 200: chatOut, 201: chatOut },
  run: async (app, actor, request) => {
    const { view, created } = await createChat(app, actor, request)
    return { status: created ? 201 : 200, body: renderChat(view) }
  },
})
