import { botsOut } from '../../shared/protocol/answers/pages.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listBotsEndpoint = endpoint({
  name: 'bots.list',
  functionName: 'list-bots',
  method: 'GET',
  route: 'bots',
  input: nothing,
  summary: 'The bots there are',
  answers: { 200: botsOut },
  run: async (app) => {
    const bots = app.bots.map(({ botId, displayName, models: [first] }) => ({
      botId,
      displayName,
      provider: first.provider,
      model: first.model,
    }))
    return ok({ bots })
  },
})
