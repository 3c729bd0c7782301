import { folded, type Profile, type User } from '../../domain/user.ts'
import type { UserStore } from '../ports/users.ts'
import { readCursor, writeCursor } from './cursor.ts'

export interface SearchUsers {
  q?: string | undefined
  profileType?: Profile['type'] | undefined
  cursor?: string | undefined
  limit: number
}

/**
 * People whose handle or display name begins so, in the order of their handles; those who chose not to be are not found.
 * @throws ChatError `invalid-request` for a cursor that was not given out
 */
export async function searchUsers(
  { users }: { users: UserStore },
  { q = '', profileType, cursor, limit }: SearchUsers,
): Promise<{ users: User[]; cursor?: string | undefined }> {
  const after = readCursor('user', cursor) ?? ''
  const found = await users.search({ prefix: folded(q), type: profileType, after, limit: limit + 1 })
  const page = found.slice(0, limit)
  return { users: page, cursor: found.length > limit ? writeCursor('user', page.at(-1)!.handle) : undefined }
}
