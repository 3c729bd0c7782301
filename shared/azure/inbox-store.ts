// The `inbox` container: one item per chat of a user, so "my chats" is one query in one partition.
import type { Container } from '@azure/cosmos'
import { changedItem, type InboxChange, type InboxItem, withMention } from '../domain/chat.ts'
import { ChatError } from '../domain/error.ts'
import type { InboxStore } from '../services/ports/inbox.ts'
import { createItem, inList, patchItem, queryAll, queryPage, readItem, replaceItem } from './cosmos-items.ts'
import { withoutSystemFields } from './log-documents.ts'

/** A removal is remembered as long as an old entry might still be replayed, then it goes by itself. */
const REMOVED_TTL_S = 30 * 24 * 3600

export function createInboxStore(inbox: Container): InboxStore {
  return {
    async list(userId, { cursor, limit }) {
      const page = await queryPage<InboxItem>(inbox, {
        partition: userId,
        text: 'SELECT * FROM c WHERE (NOT IS_DEFINED(c.ttl)) ORDER BY c.activeAt DESC',
        options: { maxItemCount: limit, ...(cursor !== undefined && { continuationToken: cursor }) },
      }).catch((error) => {
        throw cursor === undefined || !isRefusal(error) ? error : unknownCursor(error)
      })
      return { items: page.items.map(withoutSystemFields), cursor: page.cursor }
    },
    async read(userId, chatId) {
      const found = await readItem<InboxItem>(inbox, userId, chatId)
      return found && !found.item.removed ? withoutSystemFields(found.item) : undefined
    },
    async whichOf(userId, chatIds) {
      if (chatIds.length === 0) return new Set()
      const asked = inList('chat', chatIds)
      const text = `SELECT VALUE c.id FROM c WHERE c.id IN ${asked.text} AND (NOT IS_DEFINED(c.ttl))`
      return new Set(await queryAll<string>(inbox, { partition: userId, text, values: asked.values }))
    },
    async lostSince(userId, since) {
      const text = 'SELECT VALUE c.id FROM c WHERE c.activeAt >= @since AND IS_DEFINED(c.ttl)'
      return queryAll<string>(inbox, { partition: userId, text, values: { since } })
    },
    async listPeers(userId) {
      const text =
        "SELECT c.chatId, c.peer.userId AS peerId FROM c WHERE c.kind = 'direct' AND (NOT IS_DEFINED(c.ttl))"
      return queryAll<{ chatId: string; peerId: string }>(inbox, { partition: userId, text })
    },
    async renamePeer(userId, chatId, name) {
      await patchItem(inbox, userId, chatId, [{ op: 'set', path: '/peer/name', value: name }])
    },
    async listGroups(userId) {
      const text = "SELECT VALUE c.chatId FROM c WHERE c.kind = 'group' AND (NOT IS_DEFINED(c.ttl))"
      return queryAll<string>(inbox, { partition: userId, text })
    },
    async whoIsIn(userIds, chatIds) {
      if (userIds.length === 0 || chatIds.length === 0) return new Set()
      const [users, chats] = [inList('user', userIds), inList('chat', chatIds)]
      const text = `SELECT c.userId FROM c WHERE c.userId IN ${users.text} AND c.id IN ${chats.text} AND (NOT IS_DEFINED(c.ttl))`
      const found = await queryAll<{ userId: string }>(inbox, {
        text,
        values: { ...users.values, ...chats.values },
      })
      return new Set(found.map(({ userId }) => userId))
    },
    apply: (item) => apply(inbox, item),
    async reflects(userId, chatId) {
      return (await readItem<InboxItem>(inbox, userId, chatId))?.item.memberSeq ?? 0
    },
    change: (userId, chatId, change) => changeItem(inbox, userId, chatId, change),
    async touch(userId, chatId, activeAt) {
      const operations = [{ op: 'set' as const, path: '/activeAt', value: activeAt }]
      await patchItem(inbox, userId, chatId, operations, `c.activeAt < '${activeAt}'`)
    },
    mention: (userId, chatId, seq, on) => mention(inbox, userId, chatId, seq, on),
  }
}

/** The store, or its client, makes nothing of the cursor: it did not come from here. */
const isRefusal = (error: unknown): boolean => !(error instanceof ChatError)

const unknownCursor = (cause: unknown): ChatError =>
  new ChatError('invalid-request', 'The cursor is none that was given out.', {
    cause,
    errors: [{ path: 'cursor', message: 'is none that was given out' }],
  })

/** A newer membership entry wins, whoever applies it first: the process that wrote it or the feed. */
async function apply(inbox: Container, item: InboxItem): Promise<void> {
  const document = { id: item.chatId, ...item, ...(item.removed && { ttl: REMOVED_TTL_S }) }
  for (;;) {
    const found = await readItem<InboxItem>(inbox, item.userId, item.chatId)
    if (!found) {
      if (await createItem(inbox, document)) return
      continue
    }
    if (found.item.memberSeq >= item.memberSeq) return
    const { cleared, activeAt, muted, pinned, mentions, hiddenAt, changedAt } = found.item
    const own = { cleared, activeAt, muted, pinned, mentions, hiddenAt, changedAt }
    const kept = item.removed || found.item.removed ? document : { ...document, ...own }
    if (await replaceItem(inbox, item.userId, kept, found.etag)) return
  }
}

async function changeItem(
  inbox: Container,
  userId: string,
  chatId: string,
  change: InboxChange,
): Promise<InboxItem | undefined> {
  for (;;) {
    const found = await readItem<InboxItem & { id: string }>(inbox, userId, chatId)
    if (!found || found.item.removed) return undefined
    const next = { ...changedItem(found.item, change), id: found.item.id }
    if (await replaceItem(inbox, userId, next, found.etag)) return withoutSystemFields(next)
  }
}

/** Who is not in the chat, or has no inbox at all, is not told. */
async function mention(
  inbox: Container,
  userId: string,
  chatId: string,
  seq: number,
  on: boolean,
): Promise<void> {
  for (;;) {
    const found = await readItem<InboxItem & { id: string }>(inbox, userId, chatId)
    if (!found || found.item.removed) return
    const mentions = withMention(found.item.mentions, seq, on)
    const next = { ...found.item, mentions }
    if (!mentions || (await replaceItem(inbox, userId, next, found.etag))) return
  }
}
