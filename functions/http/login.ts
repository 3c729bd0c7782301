import { signedInOut } from '../../shared/protocol/answers/auth.ts'
import { loginRequest } from '../../shared/protocol/requests/auth.ts'
import { login } from '../../shared/services/auth/login.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'
import { renderSignedIn } from './render-signed-in.ts'

export const loginEndpoint = endpoint({
  name: 'auth.login',
  functionName: 'login',
  method: 'POST',
  route: 'auth/login',
  open: true,
  input: loginRequest,
  summary: 'Signs in with a handle or an address',
  answers: { 200: signedInOut },
  run: async (app, input) => ok(renderSignedIn(await login(app, input))),
})
