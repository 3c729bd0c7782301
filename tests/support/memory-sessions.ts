import type { Session, SessionStore } from '../../shared/services/ports/sessions.ts'

export interface MemorySessions extends SessionStore {
  revocations: { sessionId: string; at: number }[]
  /** What `revokedSince` was asked, in the order of the questions. */
  asked: number[]
  find(sessionId: string): Session | undefined
}

/** The port of the sessions, met by a map that counts how often the revocations are read. */
export function memorySessions(): MemorySessions {
  const sessions = new Map<string, { session: Session; version: number }>()
  const revocations: { sessionId: string; at: number }[] = []
  const asked: number[] = []
  return {
    revocations,
    asked,
    find: (sessionId) => sessions.get(sessionId)?.session,
    async create(session) {
      sessions.set(session.sessionId, { session, version: 1 })
    },
    async read(_userId, sessionId) {
      const found = sessions.get(sessionId)
      return found && { session: found.session, etag: String(found.version) }
    },
    async replace(session, etag) {
      const found = sessions.get(session.sessionId)
      if (!found || String(found.version) !== etag) return false
      sessions.set(session.sessionId, { session, version: found.version + 1 })
      return true
    },
    async revoke(_userId, sessionId, at) {
      revocations.push({ sessionId, at })
    },
    async revokedSince(since) {
      asked.push(since)
      return revocations.filter(({ at }) => at >= since)
    },
  }
}
