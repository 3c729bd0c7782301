// The group that everybody can find: `Lobby`, owned by Parley itself. It comes into being when public groups are first
// asked for, whoever asks; two that do so at once make one.
import { type Chat, START } from '../../domain/chat.ts'
import type { StoredEntry } from '../../domain/entry.ts'
import { ensureHead, type MembershipDeps } from './membership.ts'
import { ensureBotUser, type PeopleDeps } from './people.ts'

export interface LobbyDeps extends MembershipDeps, PeopleDeps {
  users: PeopleDeps['users']
  processId: string
}

export const LOBBY = 'lobby'
/** Who owns what belongs to nobody. An account like a bot's: nobody signs in to it, and it has no inbox. */
const SYSTEM = { botId: 'parley', displayName: 'Parley' }

/** Idempotent, and cheap once it is there: one read. */
export async function ensureLobby(deps: LobbyDeps): Promise<void> {
  if (await deps.log.readChat(LOBBY)) return
  const { userId } = await ensureBotUser(deps, SYSTEM)
  const chat: Chat = {
    ...{ chatId: LOBBY, kind: 'group', name: 'Lobby', visibility: 'public', bots: [], memberCount: 1 },
    ...{ createdBy: userId, createdAt: new Date(deps.time.now()).toISOString() },
  }
  const base = { chatId: LOBBY, n: 0, senderId: userId, createdAt: chat.createdAt, by: deps.processId }
  const entries: StoredEntry[] = [
    { ...base, seq: 1, type: 'chat', change: 'created', name: 'Lobby', dedupeKey: 'created' },
    {
      ...{ ...base, seq: 2, type: 'member', change: 'added', userId, role: 'owner' },
      ...{ joined: START, memberCount: 1, dedupeKey: `created:${userId}` },
    },
  ]
  const owner = { chatId: LOBBY, userId, role: 'owner' as const, joined: START }
  // Whatever becomes of it: it is there, or the next who asks tries again.
  await deps.log.commit(LOBBY, { chat, entries, writers: [], members: [{ kind: 'create', member: owner }] })
  await ensureHead(deps, chat, 1)
}
