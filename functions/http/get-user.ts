import { ChatError } from '../../shared/domain/error.ts'
import { userOut } from '../../shared/protocol/answers/things.ts'
import { renderUser } from '../../shared/protocol/render.ts'
import { userRequest } from '../../shared/protocol/requests/users.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getUserEndpoint = endpoint({
  name: 'users.get',
  functionName: 'get-user',
  method: 'GET',
  route: 'users/{userId}',
  input: userRequest,
  summary: 'A person or a bot',
  answers: { 200: userOut },
  run: async (app, actor, { userId }) => {
    const user = await app.users.read(userId)
    if (!user) throw new ChatError('user-not-found', `There is no user ${userId}.`)
    return ok(renderUser(user, actor))
  },
})
