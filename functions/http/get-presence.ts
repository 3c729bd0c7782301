import { presenceOut } from '../../shared/protocol/answers/users.ts'
import { presenceRequest } from '../../shared/protocol/requests/users.ts'
import { getPresence } from '../../shared/services/users/presence.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getPresenceEndpoint = endpoint({
  name: 'presence.get',
  functionName: 'get-presence',
  method: 'GET',
  route: 'presence',
  input: presenceRequest,
  summary: 'Who of these is online, among those who share a chat with the asker',
  answers: { 200: presenceOut },
  run: async (app, actor, ask) => ok({ presence: await getPresence(app, actor, ask) }),
})
