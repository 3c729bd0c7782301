import { signedInOut } from '../../shared/protocol/answers/auth.ts'
import { refreshRequest } from '../../shared/protocol/requests/auth.ts'
import { refreshSession } from '../../shared/services/auth/refresh-session.ts'
import { finishRename } from '../../shared/services/users/update-me.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'
import { renderSignedIn } from './render-signed-in.ts'

export const refreshEndpoint = endpoint({
  name: 'auth.refresh',
  functionName: 'refresh',
  method: 'POST',
  route: 'auth/refresh',
  open: true,
  input: refreshRequest,
  summary: 'Renews both tokens',
  answers: { 200: signedInOut },
  run: async (app, { refreshToken, clientRequestId }) => {
    const signedIn = await refreshSession(app, refreshToken, clientRequestId)
    await finishRename(app, signedIn.user)
    return ok(renderSignedIn(signedIn))
  },
})
