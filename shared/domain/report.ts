// What somebody tells the administrators about a person, a chat or a message.
import type { Content } from './entry.ts'

export const REPORT_REASONS = ['spam', 'abuse', 'threat', 'self-harm', 'illegal', 'other'] as const
export type ReportReason = (typeof REPORT_REASONS)[number]

export interface Report {
  reportId: string
  reporterId: string
  reason: ReportReason
  text?: string | undefined
  userId?: string | undefined
  chatId?: string | undefined
  seq?: number | undefined
  /** The message as it stood when it was reported: an edit or a deletion must not take it from who decides. */
  message?: { senderId: string; content?: Content | undefined } | undefined
  createdAt: string
}

/** Orders reports by time; no two are equal. */
export const reportKey = ({ createdAt, reportId }: Report): string => `${createdAt}/${reportId}`
