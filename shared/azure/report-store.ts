// Reports to the administrators, in the `users` container: few, and read by few.
import type { Container } from '@azure/cosmos'
import { type Report, reportKey } from '../domain/report.ts'
import type { ReportStore } from '../services/ports.ts'
import { createItem, queryAll } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

interface ReportDocument extends Report {
  /** Orders reports: time, then id, so that no two are equal. */
  reportKey: string
}

export function createReportStore(users: Container): ReportStore {
  return {
    create: (report) =>
      createItem(users, { id: `report:${report.reportId}`, ...report, reportKey: reportKey(report) }),
    async list({ before, limit }) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.reportKey > '' AND c.reportKey < @before ORDER BY c.reportKey DESC`
      const found = await queryAll<ReportDocument>(users, { text, values: { before: before ?? '~' } })
      return found.map((document) => {
        const { reportKey: _, ...report } = withoutSystemFields(document)
        return report
      })
    },
  }
}
