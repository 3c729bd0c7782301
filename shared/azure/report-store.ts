// Reports to the administrators, in the `users` container: few, and read by few.
import type { Container } from '@azure/cosmos'
import { type Report, reportKey } from '../domain/report.ts'
import type { ReportStore } from '../services/ports/personal.ts'
import { createItem, queryAll, readItem } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

interface ReportDocument extends Report {
  /** Orders reports: time, then id, so that no two are equal. */
  reportKey: string
}

export function createReportStore(users: Container): ReportStore {
  return {
    async create(report) {
      const id = `report:${report.reportId}`
      if (await createItem(users, { id, ...report, reportKey: reportKey(report) })) return undefined
      const found = await readItem<ReportDocument>(users, id, id)
      return found && toReport(found.item)
    },
    async list({ before, limit }) {
      const text = `SELECT TOP ${limit} * FROM c WHERE c.reportKey > '' AND c.reportKey < @before ORDER BY c.reportKey DESC`
      const found = await queryAll<ReportDocument>(users, { text, values: { before: before ?? '~' } })
      return found.map(toReport)
    },
  }
}

function toReport(document: ReportDocument): Report {
  const { reportKey: _, ...report } = withoutSystemFields(document)
  return report
}
