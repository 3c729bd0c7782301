import { chatOut } from '../../shared/protocol/answers/things.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { clearMessagesRequest } from '../../shared/protocol/requests/messages.ts'
import { getChat } from '../../shared/services/chats/read-chat.ts'
import { clearForEverybody } from '../../shared/services/messages/clear-for-everybody.ts'
import { clearForMe } from '../../shared/services/messages/clear-for-me.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const clearMessagesEndpoint = endpoint({
  name: 'messages.clear',
  functionName: 'clear-messages',
  method: 'DELETE',
  route: 'chats/{chatId}/messages',
  input: clearMessagesRequest,
  summary: 'Clears the history for oneself or, as owner or admin, for everybody',
  answers: { 200: chatOut },
  run: async (app, actor, ask) => {
    if (ask.for === 'me') return ok(renderChat(await clearForMe(app, actor, ask)))
    const entry = await clearForEverybody(app, actor, ask)
    if (entry) await app.published.get(entry)
    return ok(renderChat(await getChat(app, actor, ask.chatId)))
  },
})
