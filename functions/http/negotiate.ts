import { negotiatedOut } from '../../shared/protocol/answers/auth.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { negotiate } from '../../shared/services/negotiate.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const negotiateEndpoint = endpoint({
  name: 'negotiate',
  functionName: 'negotiate',
  method: 'POST',
  route: 'negotiate',
  command: false,
  input: nothing,
  summary: 'The address of a socket for this session',
  answers: { 200: negotiatedOut },
  run: async (app, actor) => ok(await negotiate(app, actor)),
})
