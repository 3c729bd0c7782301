import { userOut } from '../../shared/protocol/answers/things.ts'
import { renderUser } from '../../shared/protocol/render.ts'
import { updateMeRequest } from '../../shared/protocol/requests/users.ts'
import { updateMe } from '../../shared/services/users/update-me.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const updateMeEndpoint = endpoint({
  name: 'me.update',
  functionName: 'update-me',
  method: 'PATCH',
  route: 'users/me',
  input: updateMeRequest,
  summary: "Changes the asker's own account",
  answers: { 200: userOut },
  run: async (app, actor, ask) => ok(renderUser(await updateMe(app, actor, ask), actor)),
})
