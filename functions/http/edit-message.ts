import { entryOut } from '../../shared/protocol/answers/entries.ts'
import { renderEntry } from '../../shared/protocol/render.ts'
import { editMessageRequest } from '../../shared/protocol/requests/messages.ts'
import { editMessage } from '../../shared/services/messages/edit-message.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const editMessageEndpoint = endpoint({
  name: 'messages.edit',
  functionName: 'edit-message',
  method: 'PATCH',
  route: 'chats/{chatId}/messages/{seq}',
  input: editMessageRequest,
  summary: 'Gives a message another text, or caption; its author may',
  answers: { 200: entryOut },
  run: async (app, actor, ask) => {
    const { entry, content } = await editMessage(app, actor, ask)
    await app.published.get(entry)
    return ok(renderEntry({ ...entry, content }))
  },
})
