import { entryOut } from '../../shared/protocol/answers/entries.ts'
import { renderEntry } from '../../shared/protocol/render.ts'
import { sendMessageRequest } from '../../shared/protocol/requests/messages.ts'
import { sendMessage } from '../../shared/services/messages/send-message.ts'
import { created, endpoint, ok } from '../adapter/endpoint.ts'

export const sendMessageEndpoint = endpoint({
  name: 'messages.send',
  functionName: 'send-message',
  method: 'POST',
  route: 'chats/{chatId}/messages',
  input: sendMessageRequest,
  summary: 'Sends a message; the same clientMessageId again finds the first entry',
  answers: { 200: entryOut, 201: entryOut },
  run: async (app, actor, message) => {
    const sent = await sendMessage(app, actor, message)
    // Stored is what the answer means. That it is out as well is waited for a moment: the invocation covers its work.
    await app.published.get(sent.entry)
    return sent.created ? created(renderEntry(sent.entry)) : ok(renderEntry(sent.entry))
  },
})
