// Ended sessions, known to every process within a second: each reads the recent ones at most once a second, when asked.
import type { SessionStore } from '../ports/sessions.ts'
import type { Time } from '../ports/world.ts'

export interface Revocations {
  /** Whether the session was ended. Never older than a second. */
  has(sessionId: string): Promise<boolean>
  /** What this process ends itself it knows at once. */
  note(sessionId: string): void
}

const FRESH_MS = 1_000
/** A socket that could not be closed at its sign-out is refused for a day. */
const MEMORY_MS = 24 * 3600_000
/** Clocks of processes differ, and a write takes a moment to be readable. */
const OVERLAP_MS = 10_000

export function createRevocations(sessions: SessionStore, time: Time): Revocations {
  const revoked = new Map<string, number>()
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  async function refresh(): Promise<void> {
    const started = time.now()
    const since = Number.isFinite(readAt) ? readAt - OVERLAP_MS : started - MEMORY_MS
    for (const { sessionId, at } of await sessions.revokedSince(since)) revoked.set(sessionId, at)
    readAt = started
    for (const [sessionId, at] of revoked) if (at < started - MEMORY_MS) revoked.delete(sessionId)
  }

  return {
    note(sessionId) {
      revoked.set(sessionId, time.now())
    },
    async has(sessionId) {
      if (time.now() - readAt > FRESH_MS) {
        reading ??= refresh().finally(() => {
          reading = undefined
        })
        await reading
      }
      return revoked.has(sessionId)
    },
  }
}
