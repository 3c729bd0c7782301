import { reportsOut } from '../../shared/protocol/answers/users.ts'
import { renderReport } from '../../shared/protocol/render-people.ts'
import { listReportsRequest } from '../../shared/protocol/requests/users.ts'
import { listReports } from '../../shared/services/users/reports.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listReportsEndpoint = endpoint({
  name: 'reports.list',
  functionName: 'list-reports',
  method: 'GET',
  route: 'reports',
  input: listReportsRequest,
  summary: 'Reports for administrators, the newest first',
  answers: { 200: reportsOut },
  run: async (app, actor, page) => {
    const { reports, cursor } = await listReports(app, actor, page)
    return ok({ reports: reports.map(renderReport), ...(cursor !== undefined && { cursor }) })
  },
})
