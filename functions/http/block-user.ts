import { blockRequest } from '../../shared/protocol/requests/users.ts'
import { blockUser } from '../../shared/services/users/blocks.ts'
import { endpoint, noContent } from '../adapter/endpoint.ts'

export const blockUserEndpoint = endpoint({
  name: 'me.block',
  functionName: 'block-user',
  method: 'PUT',
  route: 'users/me/blocks/{userId}',
  input: blockRequest,
  summary: 'Keeps somebody from writing to the asker in a direct chat',
  answers: { 204: null },
  run: async (app, actor, ask) => {
    await blockUser(app, actor, ask)
    return noContent
  },
})
