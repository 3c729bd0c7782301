import { typingRequest } from '../../shared/protocol/requests/users.ts'
import { tellTyping } from '../../shared/services/users/typing.ts'
import { endpoint, noContent } from '../adapter/endpoint.ts'

/** A command only: who types has a socket. */
export const typingEndpoint = endpoint({
  name: 'typing',
  functionName: 'typing',
  input: typingRequest,
  summary: 'Tells a chat of up to 50 that the asker is typing, or has stopped',
  answers: { 204: null },
  run: async (app, actor, ask) => {
    await tellTyping(app, actor, ask)
    return noContent
  },
})
