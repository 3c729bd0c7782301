// What belongs to people, as the wire shows it.
import type { Report } from '../domain/report.ts'
import type { Settings } from '../domain/settings.ts'

export function renderSettings({ language, theme, notifications, presence, custom }: Settings) {
  const { messages, mentions, sounds } = notifications
  return {
    ...(language !== undefined && { language }),
    theme,
    notifications: { messages, mentions, sounds },
    presence,
    custom,
  }
}

export function renderReport(report: Report) {
  const { reportId, reporterId, reason, text, userId, chatId, seq, message, createdAt } = report
  return {
    reportId,
    reporterId,
    reason,
    ...(text !== undefined && { text }),
    ...(userId !== undefined && { userId }),
    ...(chatId !== undefined && { chatId }),
    ...(seq !== undefined && { seq }),
    ...(message && {
      message: { senderId: message.senderId, ...(message.content && { content: message.content }) },
    }),
    createdAt,
  }
}
