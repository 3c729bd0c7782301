// People and bots.

export type Profile =
  | { type: 'member' }
  | { type: 'parent'; childrenCount: number }
  | { type: 'therapist'; specialization: string }
  | { type: 'bot' }

export interface User {
  userId: string
  handle: string
  displayName: string
  email?: string | undefined
  profile: Profile
  role: 'user' | 'admin'
  createdAt: string
}

/** Who asks: taken from a verified token, never from a body, a query or a path. */
export interface Actor {
  userId: string
  sessionId: string
  role: User['role']
  /** Set when the request came over a socket. */
  connectionId?: string | undefined
}
