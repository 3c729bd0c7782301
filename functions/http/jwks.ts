import { jwksOut } from '../../shared/protocol/answers/auth.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const jwksEndpoint = endpoint({
  name: 'auth.jwks',
  functionName: 'jwks',
  method: 'GET',
  route: '.well-known/jwks.json',
  open: true,
  input: nothing,
  summary: 'The public keys that access tokens are signed with',
  answers: { 200: jwksOut },
  run: async (app) => ok(await app.tokens.publicKeys()),
})
