import { entryOut } from '../../shared/protocol/answers/entries.ts'
import { reactionRequest } from '../../shared/protocol/requests/messages.ts'
import { setReaction } from '../../shared/services/messages/react.ts'
import { endpoint } from '../adapter/endpoint.ts'
import { answerReaction } from './answer-reaction.ts'

export const unreactEndpoint = endpoint({
  name: 'messages.unreact',
  functionName: 'unreact',
  method: 'DELETE',
  route: 'chats/{chatId}/messages/{seq}/reactions/{emoji}',
  input: reactionRequest,
  summary: 'Takes a reaction back',
  answers: { 200: entryOut, 204: null },
  run: async (app, actor, ask) => answerReaction(app, await setReaction(app, actor, { ...ask, on: false })),
})
