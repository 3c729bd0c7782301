// What the use cases need of sessions. shared/azure meets it.

export interface Session {
  sessionId: string
  userId: string
  /** SHA-256 of the one refresh token that is good now. */
  tokenHash: string
  /** How that token was made, when its request may be repeated: with this salt, at this time (epoch milliseconds). */
  renewal?: { salt: string; at: number } | undefined
  createdAt: string
  revoked: boolean
}

export interface SessionStore {
  create(session: Session): Promise<void>
  read(userId: string, sessionId: string): Promise<{ session: Session; etag: string } | undefined>
  /** False when another request changed the session meanwhile. */
  replace(session: Session, etag: string): Promise<boolean>
  /** Makes the revocation known to every process. */
  revoke(userId: string, sessionId: string, at: number): Promise<void>
  /** Sessions revoked at or after `since` (epoch milliseconds). */
  revokedSince(since: number): Promise<{ sessionId: string; at: number }[]>
}
