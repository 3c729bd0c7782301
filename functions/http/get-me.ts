import { ChatError } from '../../shared/domain/error.ts'
import { userOut } from '../../shared/protocol/answers/things.ts'
import { renderUser } from '../../shared/protocol/render.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { finishRename } from '../../shared/services/users/update-me.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getMeEndpoint = endpoint({
  name: 'me.get',
  functionName: 'get-me',
  method: 'GET',
  route: 'users/me',
  input: nothing,
  summary: "The asker's own account",
  answers: { 200: userOut },
  run: async (app, actor) => {
    const user = await app.users.read(actor.userId)
    if (!user) throw new ChatError('user-not-found', 'The account no longer exists.')
    await finishRename(app, user)
    return ok(renderUser(user, actor))
  },
})
