import { signedInOut } from '../../shared/protocol/answers/auth.ts'
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
  summary: 'Creates an account and signs in',
  answers: { 201: signedInOut },
  run: async (app, input) => created(renderSignedIn(await register(app, input))),
})
