import { nothing } from '../../shared/protocol/requests/fields.ts'
import { endSession } from '../../shared/services/auth/sign-in.ts'
import { endpoint, noContent } from '../adapter/endpoint.ts'

export const logoutEndpoint = endpoint({
  name: 'auth.logout',
  functionName: 'logout',
  method: 'POST',
  route: 'auth/logout',
  command: false,
  input: nothing,
  summary: 'Ends the session and closes its sockets',
  answers: { 204: null },
  run: async (app, actor) => {
    await endSession(app, actor.userId, actor.sessionId)
    return noContent
  },
})
