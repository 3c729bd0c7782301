// What people tell the administrators.
import { fitting, PAGE_BYTES } from '../../domain/budget.ts'
import { ADMINS_GROUP, visibleFrom } from '../../domain/chat.ts'
import { ChatError } from '../../domain/error.ts'
import { hashId } from '../../domain/id.ts'
import { type Report, type ReportReason, reportKey } from '../../domain/report.ts'
import type { Actor } from '../../domain/user.ts'
import { readMembership } from '../chats/read-chat.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { ReportStore } from '../ports/personal.ts'
import type { Push } from '../ports/push.ts'
import type { StateStore } from '../ports/state.ts'
import type { UserStore } from '../ports/users.ts'
import type { Logger, Time } from '../ports/world.ts'
import { readCursor, writeCursor } from './cursor.ts'

export interface ReportDeps {
  reports: ReportStore
  users: UserStore
  log: LogStore
  inbox: InboxStore
  state: StateStore
  push: Push
  time: Time
  logger: Logger
  reportFrame(report: Report): unknown
}

export interface ReportAsk {
  reason: ReportReason
  text?: string | undefined
  userId?: string | undefined
  chatId?: string | undefined
  seq?: number | undefined
}

/**
 * Reports a person, a chat or a message that the asker can see. The same report again is the first one.
 * @throws ChatError `user-not-found`, `chat-not-found`, `invalid-request` for a seq that is no message of the chat
 */
export async function createReport(
  deps: ReportDeps,
  actor: Actor,
  ask: ReportAsk,
): Promise<{ report: Report; created: boolean }> {
  const { reason, text, userId, chatId, seq } = ask
  if (userId !== undefined && !(await deps.users.read(userId)))
    throw new ChatError('user-not-found', `There is no user ${userId}.`)
  const message = chatId === undefined ? undefined : await readReported(deps, actor, chatId, seq)
  const asked: Report = {
    reportId: hashId('p', actor.userId, reason, text ?? '', userId ?? '', chatId ?? '', seq ?? 0),
    reporterId: actor.userId,
    ...ask,
    ...(message && { message }),
    createdAt: new Date(deps.time.now()).toISOString(),
  }
  const before = await deps.reports.create(asked)
  if (before) return { report: before, created: false }
  await deps.push.toGroup(ADMINS_GROUP, deps.reportFrame(asked)).catch((error) => {
    deps.logger('warn', 'report.push.failed', { reportId: asked.reportId, error: String(error) })
  })
  return { report: asked, created: true }
}

async function readReported(
  deps: ReportDeps,
  actor: Actor,
  chatId: string,
  seq: number | undefined,
): Promise<Report['message']> {
  const item = await readMembership(deps.inbox, actor, chatId)
  if (seq === undefined) return undefined
  const [entry, head] = await Promise.all([deps.log.readEntry(chatId, seq), deps.state.readHead(chatId)])
  if (entry?.type === 'message' && seq >= visibleFrom(item, head)) {
    return { senderId: entry.senderId, content: entry.content }
  }
  const errors = [{ path: 'seq', message: 'names no message of this chat' }]
  throw new ChatError('invalid-request', `There is no message ${seq} to report.`, { errors })
}

/**
 * Reports, the newest first.
 * @throws ChatError `forbidden` unless the asker is an administrator
 */
export async function listReports(
  { reports }: Pick<ReportDeps, 'reports'>,
  actor: Actor,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ reports: Report[]; cursor?: string | undefined }> {
  if (actor.role !== 'admin') throw new ChatError('forbidden', 'Reports are for administrators.')
  const found = await reports.list({ before: readCursor('report', cursor), limit: limit + 1 })
  const page = fitting(found.slice(0, limit), PAGE_BYTES)
  const more = page.length < found.length
  return { reports: page, cursor: more ? writeCursor('report', reportKey(page.at(-1)!)) : undefined }
}
