// The `users` container. A name is taken by creating its reservation, so uniqueness is the store's create-if-absent.
import type { Container } from '@azure/cosmos'
import { hashId } from '../domain/id.ts'
import type { Attempts, StoredUser, UserStore } from '../services/ports.ts'
import { createItem, deleteItem, patchItem, readItem, replaceItem } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

/** A registration that died half-way frees its names after ten minutes. */
const UNCONFIRMED_TTL_S = 600
const ATTEMPTS_TTL_S = 24 * 3600

export function createUserStore(users: Container): UserStore {
  return {
    reserveName: (kind, name, userId) =>
      createItem(users, { id: nameId(kind, name), userId, ttl: UNCONFIRMED_TTL_S }),
    async confirmName(kind, name) {
      const id = nameId(kind, name)
      await patchItem(users, id, id, [{ op: 'remove', path: '/ttl' }])
    },
    async findByName(kind, name) {
      const id = nameId(kind, name)
      const found = await readItem<{ userId: string; ttl?: number }>(users, id, id)
      return found?.item.userId
    },
    async create(user) {
      await createItem(users, { id: user.userId, ...user })
    },
    async read(userId) {
      const found = await readItem<StoredUser>(users, userId, userId)
      return found && 'profile' in found.item ? withoutSystemFields(found.item) : undefined
    },
    async updateAttempts(login, change) {
      const id = hashId('attempts:', login)
      for (;;) {
        const found = await readItem<Attempts>(users, id, id)
        const next = change(found?.item)
        if (!next) return void (found && (await deleteItem(users, id, id)))
        const item = { id, ...next, ttl: ATTEMPTS_TTL_S }
        const stored = found ? await replaceItem(users, id, item, found.etag) : await createItem(users, item)
        if (stored) return
      }
    },
  }
}

/** Anything may be asked for, and an id takes only some of it: everything but a plain handle is hashed. */
const nameId = (kind: 'handle' | 'email', name: string): string =>
  kind === 'handle' && /^[a-z0-9_.-]{1,64}$/.test(name) ? `handle:${name}` : hashId(`${kind}:`, name)
