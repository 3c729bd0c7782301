// Work on a chat that is too much for one batch: it stands beside the log and moves on with every piece that is done, in
// the same batch as the piece. So nothing is done twice, however many are at it, and a crash costs time only.

import type { Role } from './entry.ts'

export interface ChatJob {
  chatId: string
  jobId: string
  /**
   * `fill` lets the people of a list in, `close` shows everybody out and erases what was said, `clear` erases what was
   * said up to `through`.
   */
  task: 'fill' | 'close' | 'clear'
  /** Who asked for it. */
  senderId: string
  /** What the people of the list become. */
  role: Role
  /** How far it is: people of the list, or the last seq that is erased. */
  done: number
  through?: number | undefined
  /** Of the list of a fill, those who are not to be let in any more. */
  without: string[]
  /** Nobody has begun: the change feed is to say so. */
  fresh: boolean
  /** Epoch milliseconds from which on somebody else goes on with it. */
  dueAt: number
}

/** What a batch does to a job. */
export type JobChange =
  | { kind: 'create'; job: ChatJob; people: string[] }
  | { kind: 'move'; job: ChatJob; etag: string }
  | { kind: 'end'; job: ChatJob }
