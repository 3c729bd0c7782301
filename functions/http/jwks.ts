import { nothing } from '../../shared/protocol/requests/fields.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const jwksEndpoint = endpoint({
  name: 'auth.jwks',
  functionName: 'jwks',
  method: 'GET',
  route: '.well-known/jwks.json',
  open: true,
  input: nothing,
  run: async (app) => ok(await app.tokens.publicKeys()),
})
