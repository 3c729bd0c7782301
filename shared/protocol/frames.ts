// What the server pushes, and the answers to commands.
import { chunksOf, PAGE_BYTES } from '../domain/budget.ts'
import type { Receipt } from '../domain/chat.ts'
import type { Entry } from '../domain/entry.ts'
import type { Report } from '../domain/report.ts'
import type { Settings } from '../domain/settings.ts'
import type { Problem } from './problem.ts'
import { renderEntry, renderReceipt } from './render.ts'
import { renderReport, renderSettings } from './render-people.ts'

/** Entries in log order, in as many frames as their size asks for. */
export function entriesFrames(chatId: string, entries: Entry[]) {
  return chunksOf(entries.map(renderEntry), PAGE_BYTES).map((chunk) => ({
    type: 'entries',
    chatId,
    entries: chunk,
  }))
}

export const receiptFrame = (receipt: Receipt) => ({
  type: 'receipt',
  chatId: receipt.chatId,
  ...renderReceipt(receipt),
})

export const settingsFrame = (settings: Settings) => ({
  type: 'settings',
  settings: renderSettings(settings),
})

export const typingFrame = (chatId: string, userId: string, typing: boolean) => ({
  type: 'typing',
  chatId,
  userId,
  ...(!typing && { typing }),
})

export const reportFrame = (report: Report) => ({ type: 'report', ...renderReport(report) })

export type CommandId = string | number | null

export const replyFrame = (id: CommandId, result: unknown) => ({ type: 'reply', id, ok: true, result })

export const errorFrame = (id: CommandId, error: Problem) => ({ type: 'reply', id, ok: false, error })
