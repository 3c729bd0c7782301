import { blockRequest } from '../../shared/protocol/requests/users.ts'
import { unblockUser } from '../../shared/services/users/blocks.ts'
import { endpoint, noContent } from '../adapter/endpoint.ts'

export const unblockUserEndpoint = endpoint({
  name: 'me.unblock',
  functionName: 'unblock-user',
  method: 'DELETE',
  route: 'users/me/blocks/{userId}',
  input: blockRequest,
  summary: 'Takes a block back',
  answers: { 204: null },
  run: async (app, actor, ask) => {
    await unblockUser(app, actor, ask)
    return noContent
  },
})
