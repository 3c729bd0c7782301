// Erasing what was said in a chat, ninety entries in a batch with the job that moves on: nothing is done twice, and a crash
// costs time only. The entries stay, so that their numbers and ids stay used.
import type { ChatJob } from '../../domain/chat-job.ts'
import type { MessageEntry, StoredEntry } from '../../domain/entry.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import { erase } from '../../domain/retouch.ts'
import { type RemoveDeps, removeAttachments } from '../media/remove-attachments.ts'
import type { LogStore } from '../ports/log.ts'
import type { StateStore } from '../ports/state.ts'
import { eraseRunText } from './erase-traces.ts'

export interface EraseHistoryDeps extends RemoveDeps {
  log: LogStore
  state: StateStore
  jobLeaseMs: number
}

const ENTRIES_AT_ONCE = 90
const RUNS_AT_ONCE = 10
/** A run that is just ending is looked at again after this. */
const RUN_ENDS_MS = 500

/**
 * Erases the next piece, up to `through`. False when nothing is left.
 * @throws ChatError `busy`, `unavailable`
 */
export async function eraseNext(
  deps: EraseHistoryDeps,
  { job, etag }: { job: ChatJob; etag: string },
  through = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  const { chatId, done } = job
  const limit = Math.min(ENTRIES_AT_ONCE, through - done)
  const found = limit > 0 ? await deps.log.findFrom(chatId, done + 1, limit) : []
  const last = found.at(-1)
  if (!last) return false
  const messages = found.flatMap(({ entry, etag: seen }) =>
    entry.type === 'message' && entry.content ? [{ entry, etag: seen }] : [],
  )
  // The bytes and the runs first: once the entry is erased nobody knows of them.
  await removeAttachments(
    deps,
    chatId,
    messages.flatMap(({ entry }) => mediaOf(entry)),
  )
  const runs = messages.flatMap(({ entry }) => entry.run?.runId ?? [])
  const erased = await fewAtATime(runs, RUNS_AT_ONCE, (runId) => eraseRunText(deps.state, chatId, runId))
  if (erased.includes(false)) {
    await deps.time.sleep(RUN_ENDS_MS)
    return true
  }
  const now = deps.time.now()
  const at = new Date(now).toISOString()
  const updates = messages.map(({ entry, etag: seen }) => ({
    entry: erase(entry as StoredEntry & MessageEntry, at),
    etag: seen,
  }))
  const next = { ...job, fresh: false, done: last.entry.seq, dueAt: now + deps.jobLeaseMs }
  const moved = { kind: 'move' as const, job: next, etag }
  const outcome = await deps.log.commit(chatId, { entries: [], writers: [], updates, job: moved })
  if (outcome.kind === 'throttled') await deps.time.sleep(outcome.retryAfterMs)
  return true
}

const mediaOf = ({ content }: MessageEntry): string[] =>
  content && content.type !== 'text' ? [content.attachmentId] : []
