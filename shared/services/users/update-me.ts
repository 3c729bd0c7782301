import { ChatError } from '../../domain/error.ts'
import type { Actor, Profile, User } from '../../domain/user.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { StoredUser, UserStore } from '../ports/users.ts'
import type { Logger } from '../ports/world.ts'

export interface UpdateMeDeps {
  users: UserStore
  inbox: InboxStore
}

export interface MeUpdate {
  displayName?: string | undefined
  profile?: Profile | undefined
  /** `null` takes the address away. */
  email?: string | null | undefined
  listed?: boolean | undefined
}

/** Names written at once. */
const AT_ONCE = 20

/**
 * Changes the asker's account, field by field. An address that is another's is not revealed: the account keeps its own.
 * A new name has reached every direct chat when this answers; where a process dies before, the account says so, and
 * `finishRename` brings it there.
 * @throws ChatError `user-not-found`
 */
export async function updateMe(deps: UpdateMeDeps, actor: Actor, ask: MeUpdate): Promise<User> {
  const { userId } = actor
  const address = await claimAddress(deps.users, userId, ask.email)
  let before: string | undefined
  const user = await deps.users.update(userId, (now) => {
    before = now.email
    return changed(now, ask, address)
  })
  if (!user) throw new ChatError('user-not-found', 'The account no longer exists.')
  if (user.email !== undefined) await deps.users.confirmName('email', user.email, userId)
  if (before !== undefined && before !== user.email) await deps.users.releaseName('email', before, userId)
  if (ask.displayName !== undefined) await spreadName(deps, user)
  return user
}

function changed(now: StoredUser, { displayName, profile, listed }: MeUpdate, address: Address): StoredUser {
  const { email, ...rest } = now
  const kept = address === 'keep' ? email : address
  return {
    ...rest,
    ...(displayName !== undefined && { displayName, nameSpreads: true as const }),
    ...(profile && { profile }),
    ...(listed !== undefined && { listed }),
    ...(kept !== undefined && { email: kept }),
  }
}

/** The address to have from now on, `undefined` for none. */
type Address = string | undefined | 'keep'

/** A claim that is not followed by the account's own lapses by itself. */
async function claimAddress(
  users: UserStore,
  userId: string,
  asked: string | null | undefined,
): Promise<Address> {
  if (asked === undefined) return 'keep'
  if (asked === null) return undefined
  const email = asked.toLowerCase()
  if (await users.reserveName('email', email, userId)) return email
  return (await users.findByName('email', email)) === userId ? email : 'keep'
}

/** Direct chats carry the other one's name. Of two changes at once the one that the account ended with is written last. */
async function spreadName({ inbox, users }: UpdateMeDeps, { userId, displayName }: User): Promise<void> {
  const chats = await inbox.listPeers(userId)
  for (let name: string | undefined = displayName; name !== undefined; ) {
    const given: string = name
    for (let next = 0; next < chats.length; next += AT_ONCE) {
      const some = chats.slice(next, next + AT_ONCE)
      await Promise.all(some.map(({ chatId, peerId }) => inbox.renamePeer(peerId, chatId, given)))
    }
    const now = await users.update(userId, ({ nameSpreads, ...account }) =>
      account.displayName === given ? account : { ...account, nameSpreads },
    )
    name = now === undefined || now.displayName === given ? undefined : now.displayName
  }
}

/** Does what is left of a new name, whenever its owner is met. What fails is done the next time. */
export async function finishRename(deps: UpdateMeDeps & { logger: Logger }, user: StoredUser): Promise<void> {
  if (!user.nameSpreads) return
  await spreadName(deps, user).catch((error) => {
    deps.logger('warn', 'rename.failed', { userId: user.userId, error: String(error) })
  })
}
