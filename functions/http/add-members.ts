import { addedOut } from '../../shared/protocol/answers/pages.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { addMembersRequest } from '../../shared/protocol/requests/chats.ts'
import { addMembers } from '../../shared/services/chats/add-members.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const addMembersEndpoint = endpoint({
  name: 'members.add',
  functionName: 'add-members',
  method: 'POST',
  route: 'chats/{chatId}/members',
  input: addMembersRequest,
  summary: 'Adds up to a thousand people to a group, the first thirty at once',
  answers: { 200: addedOut },
  run: async (app, actor, ask) => {
    const { view, pending } = await addMembers(app, actor, ask)
    return ok({ chat: renderChat(view), pending })
  },
})
