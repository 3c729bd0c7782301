import { folded, isListed } from '../../shared/domain/user.ts'
import type { Attempts, StoredUser, UserStore } from '../../shared/services/ports/users.ts'

export interface MemoryUsers extends UserStore {
  attempts: Map<string, Attempts>
}

/** The port of the users, met by maps: names are taken for ever, nothing expires. */
export function memoryUsers(...known: StoredUser[]): MemoryUsers {
  const users = new Map(known.map((user) => [user.userId, user]))
  const names = new Map(known.map((user) => [`handle:${user.handle}`, user.userId]))
  for (const { email, userId } of known) if (email !== undefined) names.set(`email:${email}`, userId)
  const attempts = new Map<string, Attempts>()
  return {
    attempts,
    async reserveName(kind, name, userId) {
      if (names.has(`${kind}:${name}`)) return false
      names.set(`${kind}:${name}`, userId)
      return true
    },
    async confirmName() {},
    async findByName(kind, name) {
      return names.get(`${kind}:${name}`)
    },
    async releaseName(kind, name, userId) {
      if (names.get(`${kind}:${name}`) === userId) names.delete(`${kind}:${name}`)
    },
    async update(userId, change) {
      const user = users.get(userId)
      if (!user) return undefined
      users.set(userId, change(user))
      return users.get(userId)
    },
    async search({ prefix, type, after, limit }) {
      return [...users.values()]
        .filter((user) => isListed(user) && user.handle > after && (!type || user.profile.type === type))
        .filter(({ handle, displayName }) => [handle, folded(displayName)].some((n) => n.startsWith(prefix)))
        .sort((a, b) => (a.handle < b.handle ? -1 : 1))
        .slice(0, limit)
    },
    async create(user) {
      users.set(user.userId, user)
      return user
    },
    async read(userId) {
      return users.get(userId)
    },
    async updateAttempts(login, change) {
      const next = change(attempts.get(login))
      if (next) attempts.set(login, next)
      else attempts.delete(login)
    },
  }
}
