import { runOut } from '../../shared/protocol/answers/things.ts'
import { renderRun } from '../../shared/protocol/render.ts'
import { regenerateRequest } from '../../shared/protocol/requests/runs.ts'
import { regenerate } from '../../shared/services/bots/regenerate.ts'
import { endpoint } from '../adapter/endpoint.ts'

export const regenerateEndpoint = endpoint({
  name: 'runs.regenerate',
  functionName: 'regenerate',
  method: 'POST',
  route: 'chats/{chatId}/messages/{seq}/regenerate',
  input: regenerateRequest,
  summary: 'Asks a bot for another answer beside those there are',
  answers: { 200: runOut, 201: runOut },
  queues: ['bot-jobs'],
  run: async (app, actor, ask) => {
    const { run, created, job } = await regenerate(app, actor, ask)
    // A job that was lost with the first answer is made again: the run is still answered once.
    return { status: created ? 201 : 200, body: renderRun(run), jobs: { 'bot-jobs': [job] } }
  },
})
