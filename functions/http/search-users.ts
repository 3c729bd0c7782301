import { usersOut } from '../../shared/protocol/answers/users.ts'
import { renderUser } from '../../shared/protocol/render.ts'
import { searchUsersRequest } from '../../shared/protocol/requests/users.ts'
import { searchUsers } from '../../shared/services/users/search-users.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const searchUsersEndpoint = endpoint({
  name: 'users.search',
  functionName: 'search-users',
  method: 'GET',
  route: 'users',
  input: searchUsersRequest,
  limit: 'searches',
  summary: 'People by the beginning of their handle or name, and by profile type',
  answers: { 200: usersOut },
  run: async (app, actor, { type, profileType = type, ...ask }) => {
    const { users, cursor } = await searchUsers(app, { ...ask, profileType })
    return ok({
      users: users.map((user) => renderUser(user, actor)),
      ...(cursor !== undefined && { cursor }),
    })
  },
})
