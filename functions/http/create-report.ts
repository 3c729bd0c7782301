import { reportOut } from '../../shared/protocol/answers/users.ts'
import { renderReport } from '../../shared/protocol/render-people.ts'
import { reportRequest } from '../../shared/protocol/requests/users.ts'
import { createReport } from '../../shared/services/users/reports.ts'
import { created, endpoint, ok } from '../adapter/endpoint.ts'

export const createReportEndpoint = endpoint({
  name: 'reports.create',
  functionName: 'create-report',
  method: 'POST',
  route: 'reports',
  input: reportRequest,
  summary: 'Reports a person, a chat or a message to the administrators',
  answers: { 201: reportOut, 200: reportOut },
  run: async (app, actor, ask) => {
    const { report, created: isNew } = await createReport(app, actor, ask)
    return isNew ? created(renderReport(report)) : ok(renderReport(report))
  },
})
