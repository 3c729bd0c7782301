import { changedItem, type InboxItem, withMention } from '../../shared/domain/chat.ts'
import type { InboxStore } from '../../shared/services/ports/inbox.ts'

/** The port of the inbox, met by a map; a cursor is the number of items seen. */
export function memoryInbox(): InboxStore {
  const items = new Map<string, InboxItem>()
  return {
    async list(userId, { cursor, limit }) {
      const own = [...items.values()]
        .filter((item) => item.userId === userId && !item.removed)
        .sort((a, b) => b.activeAt.localeCompare(a.activeAt))
      const start = Number(cursor ?? 0)
      const end = start + limit
      return { items: own.slice(start, end), cursor: end < own.length ? String(end) : undefined }
    },
    async read(userId, chatId) {
      const item = items.get(`${userId}/${chatId}`)
      return item?.removed ? undefined : item
    },
    async whichOf(userId, chatIds) {
      return new Set(chatIds.filter((chatId) => items.get(`${userId}/${chatId}`)?.removed === false))
    },
    async lostSince(userId, since) {
      const own = [...items.values()].filter((item) => item.userId === userId && item.removed)
      return own.filter(({ activeAt }) => activeAt >= since).map(({ chatId }) => chatId)
    },
    async listPeers(userId) {
      const own = [...items.values()].filter((item) => item.userId === userId && item.kind === 'direct')
      return own.map(({ chatId, peer }) => ({ chatId, peerId: peer!.userId }))
    },
    async renamePeer(userId, chatId, name) {
      const item = items.get(`${userId}/${chatId}`)
      if (item?.peer) items.set(`${userId}/${chatId}`, { ...item, peer: { ...item.peer, name } })
    },
    async listGroups(userId) {
      const own = [...items.values()].filter((item) => item.userId === userId && item.kind === 'group')
      return own.filter(({ removed }) => !removed).map(({ chatId }) => chatId)
    },
    async whoIsIn(userIds, chatIds) {
      const held = (userId: string) =>
        chatIds.some((chatId) => items.get(`${userId}/${chatId}`)?.removed === false)
      return new Set(userIds.filter(held))
    },
    async apply(item) {
      const key = `${item.userId}/${item.chatId}`
      const known = items.get(key)
      if (!known || known.memberSeq < item.memberSeq) items.set(key, item)
    },
    async reflects(userId, chatId) {
      return items.get(`${userId}/${chatId}`)?.memberSeq ?? 0
    },
    async change(userId, chatId, change) {
      const item = items.get(`${userId}/${chatId}`)
      if (!item || item.removed) return undefined
      items.set(`${userId}/${chatId}`, changedItem(item, change))
      return changedItem(item, change)
    },
    async touch(userId, chatId, activeAt) {
      const item = items.get(`${userId}/${chatId}`)
      if (item && item.activeAt < activeAt) items.set(`${userId}/${chatId}`, { ...item, activeAt })
    },
    async mention(userId, chatId, seq, on) {
      const item = items.get(`${userId}/${chatId}`)
      const mentions = item && withMention(item.mentions, seq, on)
      if (mentions) items.set(`${userId}/${chatId}`, { ...item, mentions })
    },
  }
}
