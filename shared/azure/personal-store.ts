// What belongs to one person beside the account, in the `users` container: a document each for settings, blocks and when
// they were last seen, so that what changes often does not carry the rest along.
import type { Container } from '@azure/cosmos'
import type { Settings } from '../domain/settings.ts'
import type { Blocks, PersonalStore } from '../services/ports/personal.ts'
import { createItem, inList, queryAll, readItem, replaceItem, upsertItem } from './cosmos-items.ts'

export function createPersonalStore(users: Container): PersonalStore {
  return {
    async readSettings(userId) {
      return (await readItem<SettingsDocument>(users, settingsId(userId), settingsId(userId)))?.item.settings
    },
    async updateSettings(userId, change) {
      const id = settingsId(userId)
      for (;;) {
        const found = await readItem<SettingsDocument>(users, id, id)
        const settings = change(found?.item.settings)
        if (await write(users, { id, settings }, found?.etag)) return settings
      }
    },
    async readBlocks(userId) {
      return (await readItem<BlocksDocument>(users, blocksId(userId), blocksId(userId)))?.item.blocked ?? {}
    },
    async updateBlocks(userId, change) {
      const id = blocksId(userId)
      for (;;) {
        const found = await readItem<BlocksDocument>(users, id, id)
        const blocked = change(found?.item.blocked ?? {})
        if (!blocked || (await write(users, { id, blocked }, found?.etag))) return
      }
    },
    async noteSeen(userId, at) {
      await upsertItem(users, { id: seenId(userId), seenAt: at })
    },
    async readSeen(userIds, askerId) {
      const ids = userIds.flatMap((userId) => [settingsId(userId), blocksId(userId), seenId(userId)])
      const asked = inList('id', ids)
      // Ids are of [A-Za-z0-9_-]: nothing in one ends the literal, which a parameter cannot stand for here.
      const text = `SELECT c.id, c.seenAt, c.settings.presence AS presence,
        IS_DEFINED(c.blocked["${askerId}"]) AS blocks FROM c WHERE c.id IN ${asked.text}`
      const found = await queryAll<SeenRow>(users, { text, values: asked.values })
      const rowOf = new Map(found.map((row) => [row.id, row]))
      return userIds.map((userId) => ({
        userId,
        lastSeenAt: rowOf.get(seenId(userId))?.seenAt,
        hidden:
          rowOf.get(settingsId(userId))?.presence === 'nobody' ||
          rowOf.get(blocksId(userId))?.blocks === true,
      }))
    },
  }
}

interface SettingsDocument {
  settings: Settings
}

interface BlocksDocument {
  blocked: Blocks
}

interface SeenRow {
  id: string
  seenAt?: string
  presence?: Settings['presence']
  blocks: boolean
}

const settingsId = (userId: string): string => `settings:${userId}`
const blocksId = (userId: string): string => `blocks:${userId}`
const seenId = (userId: string): string => `seen:${userId}`

/** False when somebody else wrote meanwhile. */
async function write<T extends { id: string }>(
  users: Container,
  document: T,
  etag: string | undefined,
): Promise<boolean> {
  if (etag === undefined) return createItem(users, document)
  return (await replaceItem(users, document.id, document, etag)) !== undefined
}
