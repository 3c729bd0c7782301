import { visibleFrom } from '../../shared/domain/chat.ts'
import { ChatError } from '../../shared/domain/error.ts'
import { runOut } from '../../shared/protocol/answers/things.ts'
import { renderRun } from '../../shared/protocol/render.ts'
import { runRequest } from '../../shared/protocol/requests/runs.ts'
import { readMembership } from '../../shared/services/chats/read-chat.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getRunEndpoint = endpoint({
  name: 'runs.get',
  functionName: 'get-run',
  method: 'GET',
  route: 'chats/{chatId}/runs/{runId}',
  input: runRequest,
  summary: "A bot's answer as far as it has come",
  answers: { 200: runOut },
  run: async (app, actor, { chatId, runId }) => {
    const [item, found, head] = await Promise.all([
      readMembership(app.inbox, actor, chatId),
      app.state.readRun(chatId, runId),
      app.state.readHead(chatId),
    ])
    // What answers a prompt from before one's time is as unseen as the prompt.
    if (!found || found.run.promptSeq < visibleFrom(item, head))
      throw new ChatError('not-found', `There is no run ${runId}.`)
    return ok(renderRun(found.run))
  },
})
