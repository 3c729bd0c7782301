import { registerRequest } from '../../shared/protocol/requests/auth.ts'
import { register } from '../../shared/services/auth/register.ts'
import { created, endpoint } from '../adapter/endpoint.ts'
import { renderSignedIn } from './render-signed-in.ts'

export const registerEndpoint = endpoint({
  name: 'auth.register',
  functionName: 'register',
  method: 'POST',
  route: 'auth/register',
  open: true,
  input: registerRequest,
  run: async (app, input) => created(renderSignedIn(await register(app, input))),
})
