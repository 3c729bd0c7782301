import { fitting, PAGE_BYTES } from '../../shared/domain/budget.ts'
import { membersOut } from '../../shared/protocol/answers/pages.ts'
import { renderMember } from '../../shared/protocol/render.ts'
import { chatRequest } from '../../shared/protocol/requests/chats.ts'
import { listMembers } from '../../shared/services/chats/members.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listMembersEndpoint = endpoint({
  name: 'members.list',
  functionName: 'list-members',
  method: 'GET',
  route: 'chats/{chatId}/members',
  input: chatRequest,
  summary: 'Who is in a chat, and in what role',
  answers: { 200: membersOut },
  run: async (app, actor, { chatId }) => {
    const all = (await listMembers(app, actor, chatId)).map(renderMember)
    const members = fitting(all, PAGE_BYTES)
    return ok({ members, more: members.length < all.length })
  },
})
