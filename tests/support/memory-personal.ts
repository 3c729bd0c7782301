import { type Report, reportKey } from '../../shared/domain/report.ts'
import type { Settings } from '../../shared/domain/settings.ts'
import type { Blocks, PersonalStore, ReportStore } from '../../shared/services/ports/personal.ts'

/** The port of settings, blocks and last seen, met by maps. */
export function memoryPersonal(): PersonalStore {
  const settings = new Map<string, Settings>()
  const blocks = new Map<string, Blocks>()
  const seen = new Map<string, string>()
  return {
    readSettings: async (userId) => settings.get(userId),
    async updateSettings(userId, change) {
      const next = change(settings.get(userId))
      settings.set(userId, next)
      return next
    },
    readBlocks: async (userId) => blocks.get(userId) ?? {},
    async updateBlocks(userId, change) {
      const next = change(blocks.get(userId) ?? {})
      if (next) blocks.set(userId, next)
    },
    async noteSeen(userId, at) {
      seen.set(userId, at)
    },
    async readSeen(userIds, askerId) {
      return userIds.map((userId) => ({
        userId,
        lastSeenAt: seen.get(userId),
        hidden: settings.get(userId)?.presence === 'nobody' || blocks.get(userId)?.[askerId] !== undefined,
      }))
    },
  }
}

/** The port of the reports, met by a list. */
export function memoryReports(): ReportStore {
  const reports = new Map<string, Report>()
  return {
    async create(report) {
      const before = reports.get(report.reportId)
      if (!before) reports.set(report.reportId, report)
      return before
    },
    async list({ before = '~', limit }) {
      return [...reports.values()]
        .filter((report) => reportKey(report) < before)
        .sort((a, b) => (reportKey(a) < reportKey(b) ? 1 : -1))
        .slice(0, limit)
    },
  }
}
