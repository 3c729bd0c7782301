// Who is online: asked of the push service, which knows; what is stored is when somebody was last seen.
import { directChatId } from '../../domain/id.ts'
import type { Actor } from '../../domain/user.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { PersonalStore } from '../ports/personal.ts'
import type { Push } from '../ports/push.ts'
import type { Time } from '../ports/world.ts'

export interface PresenceDeps {
  inbox: InboxStore
  personal: PersonalStore
  push: Push
  time: Time
}

export interface Presence {
  userId: string
  online: boolean
  /** When their last socket closed, unless one is open. */
  lastSeenAt?: string | undefined
}

/** Chats looked through in one query. */
const CHATS_AT_ONCE = 200

/** The presence of those who share a chat with the asker and do not hide; others are left out. */
export async function getPresence(
  deps: PresenceDeps,
  actor: Actor,
  { userIds }: { userIds: string[] },
): Promise<Presence[]> {
  const asked = [...new Set(userIds)]
  const known = await acquaintances(deps.inbox, actor.userId, asked)
  const seen = await deps.personal.readSeen(
    asked.filter((userId) => known.has(userId)),
    actor.userId,
  )
  const shown = seen.filter(({ userId, hidden }) => !hidden || userId === actor.userId)
  return Promise.all(
    shown.map(async ({ userId, lastSeenAt }) => {
      const online = await deps.push.userExists(userId)
      return { userId, online, ...(!online && lastSeenAt !== undefined && { lastSeenAt }) }
    }),
  )
}

/** Direct chats are looked up by their pairs; who is left, in the asker's groups. */
async function acquaintances(inbox: InboxStore, me: string, asked: string[]): Promise<Set<string>> {
  const pairs = new Map(asked.map((userId) => [directChatId(me, userId), userId]))
  const direct = await inbox.whichOf(me, [...pairs.keys()])
  const known = new Set([me, ...[...direct].map((chatId) => pairs.get(chatId)!)])
  const rest = asked.filter((userId) => !known.has(userId))
  if (rest.length === 0) return known
  const groups = await inbox.listGroups(me)
  for (let next = 0; next < groups.length; next += CHATS_AT_ONCE) {
    const some = groups.slice(next, next + CHATS_AT_ONCE)
    for (const userId of await inbox.whoIsIn(rest, some)) known.add(userId)
  }
  return known
}

/** One of the person's sockets has closed; whether it was the last one, the service knows. */
export async function noteDisconnected(
  { personal, push, time }: Omit<PresenceDeps, 'inbox'>,
  userId: string,
): Promise<void> {
  if (userId === '' || (await push.userExists(userId))) return
  await personal.noteSeen(userId, new Date(time.now()).toISOString())
}
