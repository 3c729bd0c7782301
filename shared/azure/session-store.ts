// The `sessions` container: one family of refresh tokens per item, and one partition that lists recent revocations.
import type { Container } from '@azure/cosmos'
import type { Session, SessionStore } from '../services/ports/sessions.ts'
import { createItem, queryAll, readItem, replaceItem, upsertItem } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

const SESSION_TTL_S = 30 * 24 * 3600
/** Access tokens are long over by then; it is the sockets that live on. */
const REVOCATION_TTL_S = 24 * 3600
/** No user id looks like this: `*` is not in their alphabet. */
const REVOCATIONS = '*revocations'

export function createSessionStore(sessions: Container): SessionStore {
  const document = (session: Session) => ({ id: session.sessionId, ttl: SESSION_TTL_S, ...session })
  return {
    async create(session) {
      await createItem(sessions, document(session))
    },
    async read(userId, sessionId) {
      const found = await readItem<Session>(sessions, userId, sessionId)
      return found && { session: withoutSystemFields(found.item), etag: found.etag }
    },
    async replace(session, etag) {
      return (await replaceItem(sessions, session.userId, document(session), etag)) !== undefined
    },
    async revoke(_userId, sessionId, at) {
      await upsertItem(sessions, {
        id: sessionId,
        userId: REVOCATIONS,
        sessionId,
        revokedAt: at,
        ttl: REVOCATION_TTL_S,
      })
    },
    async revokedSince(since) {
      const text = 'SELECT c.sessionId, c.revokedAt AS at FROM c WHERE c.revokedAt >= @since'
      return queryAll(sessions, { partition: REVOCATIONS, text, values: { since } })
    },
  }
}
