// What the use cases need of accounts. shared/azure meets it.
import type { Profile, User } from '../../domain/user.ts'

export interface StoredUser extends User {
  /** The name is new, and not known to have reached all direct chats. */
  nameSpreads?: true | undefined
  passwordHash?: string | undefined
}

export interface UserStore {
  /** False when the name is taken. The reservation lapses by itself unless confirmed. */
  reserveName(kind: 'handle' | 'email', name: string, userId: string): Promise<boolean>
  confirmName(kind: 'handle' | 'email', name: string, userId: string): Promise<void>
  findByName(kind: 'handle' | 'email', name: string): Promise<string | undefined>
  /** Gives a name back, unless it is another's by now. */
  releaseName(kind: 'handle' | 'email', name: string, userId: string): Promise<void>
  /** The account as it reads from now on. */
  create(user: StoredUser): Promise<StoredUser>
  read(userId: string): Promise<StoredUser | undefined>
  /** Changes the account, atomically; undefined when there is none. `change` may run again. */
  update(userId: string, change: (now: StoredUser) => StoredUser): Promise<StoredUser | undefined>
  /** Listed people in the order of their handles. `prefix` is folded, and begins a handle or a display name. */
  search(ask: UserSearch): Promise<StoredUser[]>
  /** Changes what is known of sign-ins under this login, atomically. `change` may run again, and may throw to leave it. */
  updateAttempts(login: string, change: (now: Attempts | undefined) => Attempts | undefined): Promise<void>
}

export interface UserSearch {
  prefix: string
  type?: Profile['type'] | undefined
  /** Only handles beyond this one. */
  after: string
  limit: number
}

export interface Attempts {
  failures: number
  /** Sign-ins being looked at, and since when. */
  open: number
  openSince: number
  /** Epoch milliseconds before which no further try is looked at. */
  blockedUntil: number
}
