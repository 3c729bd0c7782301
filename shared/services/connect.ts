// What a socket hears: the groups of its user's chats, and of its session.
import { chatGroup, sessionGroup } from '../domain/chat.ts'
import type { InboxStore, Push } from './ports.ts'

const PAGE = 1_000

/** Every group a new socket of this user belongs to. One query for up to a thousand chats. */
export async function groupsOf(inbox: InboxStore, userId: string, sessionId: string): Promise<string[]> {
  const groups = [sessionGroup(sessionId)]
  let cursor: string | undefined
  do {
    const page = await inbox.list(userId, { limit: PAGE, cursor })
    groups.push(...page.items.map(({ chatId }) => chatGroup(chatId)))
    cursor = page.cursor
  } while (cursor !== undefined)
  return groups
}

/** A chat that was joined while the socket was being made is in neither list: look once more, and add what is new. */
export async function joinNewGroups(
  deps: { inbox: InboxStore; push: Push },
  socket: { connectionId: string; userId: string; sessionId: string; groups: ReadonlySet<string> },
): Promise<void> {
  const groups = await groupsOf(deps.inbox, socket.userId, socket.sessionId)
  const missing = groups.filter((group) => !socket.groups.has(group))
  await Promise.all(missing.map((group) => deps.push.addConnectionToGroup(socket.connectionId, group)))
}
