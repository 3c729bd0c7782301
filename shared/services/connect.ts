// What a socket hears: the groups of its user's chats, and of its session.
import { chatGroup } from '../domain/chat.ts'
import type { InboxStore } from './ports/inbox.ts'
import type { Push } from './ports/push.ts'
import type { Time } from './ports/world.ts'

const PAGE = 1_000
/** A new socket hears so many chats, the most recently active ones. `sync` lets it into the others that it looks at. */
const MAX_LIVE_CHATS = 5_000

/** Every group a new socket of this user belongs to: its own and the chats'. One query for up to a thousand chats. */
export async function groupsOf(inbox: InboxStore, userId: string, own: string[]): Promise<string[]> {
  const groups = [...own]
  let cursor: string | undefined
  do {
    const page = await inbox.list(userId, { limit: PAGE, cursor })
    groups.push(...page.items.map(({ chatId }) => chatGroup(chatId)))
    cursor = page.cursor
  } while (cursor !== undefined && groups.length < MAX_LIVE_CHATS)
  return groups
}

/** Longer than any request takes. */
const IN_BETWEEN_MS = 5 * 60_000

export interface PlaceDeps {
  inbox: InboxStore
  push: Push
  time: Pick<Time, 'now'>
}

/**
 * Puts one socket into all of these groups; being in one already is no harm. Looks afterwards for what the user was taken
 * out of in between: whoever did so moved the sockets that were there then, and may have come before us.
 */
export async function joinGroups(
  { inbox, push, time }: PlaceDeps,
  { userId, connectionId }: { userId: string; connectionId: string },
  groups: string[],
): Promise<void> {
  await Promise.all(groups.map((group) => push.addConnectionToGroup(connectionId, group)))
  const since = new Date(time.now() - IN_BETWEEN_MS).toISOString()
  const lost = await inbox.lostSince(userId, since)
  await Promise.all(lost.map((chatId) => push.removeConnectionFromGroup(connectionId, chatGroup(chatId))))
}
