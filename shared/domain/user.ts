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
  /** Whether a search may find the person, as far as they chose. */
  listed?: boolean | undefined
}

/** Parents are found only if they want to be. */
export const isListed = ({ listed, profile }: Pick<User, 'listed' | 'profile'>): boolean =>
  listed ?? profile.type !== 'parent'

/** A name as it is looked for: case and accents do not count. */
export const folded = (name: string): string =>
  name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toUpperCase().toLowerCase().trim()

/** Who asks: taken from a verified token, never from a body, a query or a path. */
export interface Actor {
  userId: string
  sessionId: string
  role: User['role']
  /** Set when the request came over a socket. */
  connectionId?: string | undefined
}
