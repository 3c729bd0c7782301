import { entriesOut } from '../../shared/protocol/answers/pages.ts'
import { renderEntry } from '../../shared/protocol/render.ts'
import { readLogRequest } from '../../shared/protocol/requests/messages.ts'
import { readLog } from '../../shared/services/messages/read-messages.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const readLogEndpoint = endpoint({
  name: 'log.read',
  functionName: 'read-log',
  method: 'GET',
  route: 'chats/{chatId}/log',
  input: readLogRequest,
  summary: 'Entries as they happened, ascending',
  answers: { 200: entriesOut },
  run: async (app, actor, page) => {
    const { entries, more } = await readLog(app, actor, page)
    return ok({ entries: entries.map(renderEntry), more })
  },
})
