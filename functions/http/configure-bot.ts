import { chatOut } from '../../shared/protocol/answers/things.ts'
import { renderChat } from '../../shared/protocol/render-chat.ts'
import { configureBotRequest } from '../../shared/protocol/requests/runs.ts'
import { configureBot } from '../../shared/services/bots/configure-bot.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const configureBotEndpoint = endpoint({
  name: 'bots.configure',
  functionName: 'configure-bot',
  method: 'PATCH',
  route: 'chats/{chatId}/bot',
  input: configureBotRequest,
  summary: 'How a bot of the chat is to speak, and how much of the chat it is shown',
  answers: { 200: chatOut },
  run: async (app, actor, ask) => ok(renderChat(await configureBot(app, actor, ask))),
})
