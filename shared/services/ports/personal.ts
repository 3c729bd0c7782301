// What a person keeps beside the account, and what is reported. shared/azure meets it.
import type { Report } from '../../domain/report.ts'
import type { Settings } from '../../domain/settings.ts'

/** When each of the people blocked was, by their ids. */
export type Blocks = Record<string, string>

/** What a person keeps beside the account. `change` may run again; undefined from it leaves things as they are. */
export interface PersonalStore {
  readSettings(userId: string): Promise<Settings | undefined>
  updateSettings(userId: string, change: (now: Settings | undefined) => Settings): Promise<Settings>
  readBlocks(userId: string): Promise<Blocks>
  updateBlocks(userId: string, change: (now: Blocks) => Blocks | undefined): Promise<void>
  noteSeen(userId: string, at: string): Promise<void>
  /** What these people let `askerId` know of their comings and goings: one query. Unknown ones are left out. */
  readSeen(userIds: string[], askerId: string): Promise<Seen[]>
}

export interface Seen {
  userId: string
  lastSeenAt?: string | undefined
  /** The person hides, or has blocked who asks. */
  hidden: boolean
}

export interface ReportStore {
  /** Creates it once: returns the one that is there already under its id. */
  create(report: Report): Promise<Report | undefined>
  /** Newest first, from before `before` on. */
  list(page: { before?: string | undefined; limit: number }): Promise<Report[]>
}
