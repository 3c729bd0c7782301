import { entryOut } from '../../shared/protocol/answers/entries.ts'
import { reactionRequest } from '../../shared/protocol/requests/messages.ts'
import { setReaction } from '../../shared/services/messages/react.ts'
import { endpoint } from '../adapter/endpoint.ts'
import { answerReaction } from './answer-reaction.ts'

export const reactEndpoint = endpoint({
  name: 'messages.react',
  functionName: 'react',
  method: 'PUT',
  route: 'chats/{chatId}/messages/{seq}/reactions/{emoji}',
  input: reactionRequest,
  summary: 'Reacts to a message with an emoji',
  answers: { 200: entryOut, 204: null },
  run: async (app, actor, ask) => answerReaction(app, await setReaction(app, actor, { ...ask, on: true })),
})
