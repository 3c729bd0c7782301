import { entryOut } from '../../shared/protocol/answers/entries.ts'
import { renderEntry } from '../../shared/protocol/render.ts'
import { deleteMessageRequest } from '../../shared/protocol/requests/messages.ts'
import { deleteMessage } from '../../shared/services/messages/delete-message.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const deleteMessageEndpoint = endpoint({
  name: 'messages.delete',
  functionName: 'delete-message',
  method: 'DELETE',
  route: 'chats/{chatId}/messages/{seq}',
  input: deleteMessageRequest,
  summary: 'Deletes a message for everybody; its author may, and owners and admins',
  answers: { 200: entryOut },
  run: async (app, actor, ask) => {
    const entry = await deleteMessage(app, actor, ask)
    await app.published.get(entry)
    return ok(renderEntry(entry))
  },
})
