// The `users` container. A name is taken by creating its reservation, so uniqueness is the store's create-if-absent.
import type { Container } from '@azure/cosmos'
import { hashId } from '../domain/id.ts'
import { folded, isListed } from '../domain/user.ts'
import type { Attempts, StoredUser, UserSearch, UserStore } from '../services/ports/users.ts'
import { createItem, deleteItem, patchItem, queryAll, readItem, replaceItem } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

/** A registration that died half-way frees its names after ten minutes. */
const UNCONFIRMED_TTL_S = 600
const ATTEMPTS_TTL_S = 24 * 3600

/** `admins` are the handles of those who administrate by setting, whatever their account says. */
export function createUserStore(users: Container, admins: readonly string[] = []): UserStore {
  const toUser = (document: UserDocument): StoredUser => {
    const user = accountOf(document)
    return admins.includes(user.handle) ? { ...user, role: 'admin' } : user
  }
  return {
    reserveName: (kind, name, userId) =>
      createItem(users, { id: nameId(kind, name), userId, ttl: UNCONFIRMED_TTL_S }),
    async confirmName(kind, name) {
      const id = nameId(kind, name)
      // Confirmed before: there is nothing to remove, which the store would take for a mistake.
      await patchItem(users, id, id, [{ op: 'remove', path: '/ttl' }], 'IS_DEFINED(c.ttl)')
    },
    async findByName(kind, name) {
      const id = nameId(kind, name)
      const found = await readItem<{ userId: string; ttl?: number }>(users, id, id)
      return found?.item.userId
    },
    async releaseName(kind, name, userId) {
      const id = nameId(kind, name)
      const found = await readItem<{ userId: string }>(users, id, id)
      if (found?.item.userId === userId) await deleteItem(users, id, id)
    },
    async create(user) {
      const document = toDocument(user)
      await createItem(users, document)
      return toUser(document)
    },
    async read(userId) {
      const found = await readItem<UserDocument>(users, userId, userId)
      return found && 'profile' in found.item ? toUser(found.item) : undefined
    },
    async update(userId, change) {
      for (;;) {
        const found = await readItem<UserDocument>(users, userId, userId)
        if (!found || !('profile' in found.item)) return undefined
        const shown = toUser(found.item)
        const changed = change(shown)
        // A role that comes from the setting goes with it: the account keeps its own.
        const next = changed.role === shown.role ? { ...changed, role: found.item.role } : changed
        if (await replaceItem(users, userId, toDocument(next), found.etag)) return toUser(toDocument(next))
      }
    },
    async search(ask) {
      return (await search(users, ask)).map(toUser)
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

interface UserDocument extends StoredUser {
  /** What a search looks at, derived from the rest. */
  search: { name: string; listed: boolean }
}

const toDocument = (user: StoredUser) => ({
  id: user.userId,
  ...user,
  search: { name: folded(user.displayName), listed: isListed(user) },
})

function accountOf(document: UserDocument): StoredUser {
  const { search: _, ...user } = withoutSystemFields(document)
  return user
}

/** Names that begin alike, as far as they are all looked at: more of them are met soon enough on a walk by handle. */
const FEW = 100

/**
 * In the order of handles, from `after` on. What begins so is sought in the index of handles and in that of names; only
 * where a great many names begin so, the handles are walked until a page is full.
 */
async function search(users: Container, ask: UserSearch): Promise<UserDocument[]> {
  const { prefix, limit } = ask
  if (prefix === '') return seek(users, ask, [], limit)
  const [handles, names] = await Promise.all([
    seek(users, ask, [begins('c.handle')], limit),
    seek(users, ask, [begins('c.search.name')], FEW + 1, 'c.search.name'),
  ])
  if (names.length > FEW)
    return seek(users, ask, [`(${begins('c.handle')} OR ${begins('c.search.name')})`], limit)
  const found = new Map([...handles, ...names].map((user) => [user.handle, user]))
  return [...found.values()].sort((a, b) => (a.handle < b.handle ? -1 : 1)).slice(0, limit)
}

const begins = (path: string): string => `(${path} >= @prefix AND ${path} < @end)`

function seek(
  users: Container,
  { prefix, type, after }: UserSearch,
  conditions: string[],
  top: number,
  order = 'c.handle',
): Promise<UserDocument[]> {
  const wanted = [
    'c.search.listed = true',
    'c.handle > @after',
    ...(type === undefined ? [] : ['c.profile.type = @type']),
    ...conditions,
  ]
  const text = `SELECT TOP ${top} * FROM c WHERE ${wanted.join(' AND ')} ORDER BY ${order}`
  const bounds = { prefix, end: `${prefix}\uffff` }
  const values = { after, ...(type !== undefined && { type }), ...(conditions.length > 0 && bounds) }
  return queryAll<UserDocument>(users, { text, values })
}

/** Anything may be asked for, and an id takes only some of it: everything but a plain handle is hashed. */
const nameId = (kind: 'handle' | 'email', name: string): string =>
  kind === 'handle' && /^[a-z0-9_.-]{1,64}$/.test(name) ? `handle:${name}` : hashId(`${kind}:`, name)
