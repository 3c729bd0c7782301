import type { StoredEntry } from '../../domain/entry.ts'
import type { ChatError } from '../../domain/error.ts'
import type { LogStore } from '../ports/log.ts'
import type { Time } from '../ports/world.ts'

/** What writing to the log needs of the world. */
export interface AppendDeps {
  log: LogStore
  time: Time
  /** This process, in a few characters. */
  processId: string
  random(): number
  /** Why a sender may not write. */
  explainRefusal(chatId: string, userId: string): Promise<ChatError>
  /** Called once per committed batch, in log order. */
  onCommitted(chatId: string, entries: StoredEntry[]): void
  /** How long an append may fight for its place, milliseconds. */
  deadlineMs?: number
}
