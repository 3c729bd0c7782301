// What a socket hears: the groups of its user's chats, and of its session.
import { chatGroup } from '../domain/chat.ts'
import type { InboxStore, Push } from './ports.ts'

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

/** Puts one socket into all of these groups; being in one already is no harm. */
export async function joinGroups(push: Push, connectionId: string, groups: string[]): Promise<void> {
  await Promise.all(groups.map((group) => push.addConnectionToGroup(connectionId, group)))
}
