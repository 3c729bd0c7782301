import { membersOut } from '../../shared/protocol/answers/pages.ts'
import { renderMember } from '../../shared/protocol/render.ts'
import { listMembersRequest } from '../../shared/protocol/requests/chats.ts'
import { listMembers } from '../../shared/services/chats/members.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listMembersEndpoint = endpoint({
  name: 'members.list',
  functionName: 'list-members',
  method: 'GET',
  route: 'chats/{chatId}/members',
  input: listMembersRequest,
  summary: 'Who is in a chat, and in what role',
  answers: { 200: membersOut },
  run: async (app, actor, page) => {
    const { members, cursor } = await listMembers(app, actor, page)
    return ok({ members: members.map(renderMember), more: cursor !== undefined, ...(cursor && { cursor }) })
  },
})
