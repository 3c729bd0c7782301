import { runOut } from '../../shared/protocol/answers/things.ts'
import { renderRun } from '../../shared/protocol/render.ts'
import { runRequest } from '../../shared/protocol/requests/runs.ts'
import { stopRun } from '../../shared/services/bots/stop-run.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const stopRunEndpoint = endpoint({
  name: 'runs.stop',
  functionName: 'stop-run',
  method: 'POST',
  route: 'chats/{chatId}/runs/{runId}/stop',
  input: runRequest,
  summary: "Stops a bot's answer; what was said by then is kept",
  answers: { 200: runOut },
  run: async (app, actor, ask) => ok(renderRun(await stopRun(app, actor, ask))),
})
