import { memberRequest } from '../../shared/protocol/requests/chats.ts'
import { removeMember } from '../../shared/services/chats/members.ts'
import { endpoint, noContent } from '../adapter/endpoint.ts'

export const removeMemberEndpoint = endpoint({
  name: 'members.remove',
  functionName: 'remove-member',
  method: 'DELETE',
  route: 'chats/{chatId}/members/{userId}',
  input: memberRequest,
  summary: 'Takes somebody out of a group; oneself: leaves',
  answers: { 204: null },
  run: async (app, actor, ask) => {
    await removeMember(app, actor, ask)
    return noContent
  },
})
