import { chatOut } from '../../shared/protocol/answers/things.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { setMemberRequest } from '../../shared/protocol/requests/chats.ts'
import { setMember } from '../../shared/services/chats/members.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const setMemberEndpoint = endpoint({
  name: 'members.set',
  functionName: 'set-member',
  method: 'PUT',
  route: 'chats/{chatId}/members/{userId}',
  input: setMemberRequest,
  summary: 'Adds somebody to a group, or gives a member another role',
  answers: { 200: chatOut },
  run: async (app, actor, ask) => ok(renderChat(await setMember(app, actor, ask))),
})
