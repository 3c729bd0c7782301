// Who has blocked whom. The blocker's document decides; the right to write in the pair's direct chat follows it. Whoever
// changes one looks at the other afterwards, so that a block and an opening at the same instant meet.
import { ChatError } from '../../domain/error.ts'
import { directChatId } from '../../domain/id.ts'
import type { Actor } from '../../domain/user.ts'
import type { LogStore } from '../ports/log.ts'
import type { PersonalStore } from '../ports/personal.ts'
import type { UserStore } from '../ports/users.ts'
import type { Time } from '../ports/world.ts'

export interface WriterDeps {
  log: LogStore
  personal: PersonalStore
  time: Time
}

export interface BlockDeps extends WriterDeps {
  users: UserStore
}

type Ask = { userId: string }

/** The most people one may block. */
const MAX_BLOCKS = 1_000
const WRITE_TRIES = 5

/**
 * From the answer on the person can neither open a direct chat with the asker nor write in it.
 * @throws ChatError `user-not-found`, `invalid-request` for oneself, `forbidden` beyond the limit, `busy`
 */
export async function blockUser(deps: BlockDeps, actor: Actor, { userId }: Ask): Promise<void> {
  if (userId === actor.userId) {
    const errors = [{ path: 'userId', message: 'is your own' }]
    throw new ChatError('invalid-request', 'Nobody blocks themselves.', { errors })
  }
  if (!(await deps.users.read(userId))) throw new ChatError('user-not-found', `There is no user ${userId}.`)
  const at = new Date(deps.time.now()).toISOString()
  // The right goes first. A process that dies here leaves one that is missing without a block, which the next refused send
  // mends; the other way round a block without effect would be left.
  await setWriter(deps, directChatId(actor.userId, userId), userId, true)
  try {
    await deps.personal.updateBlocks(actor.userId, (blocks) => {
      if (blocks[userId] !== undefined) return undefined
      if (Object.keys(blocks).length >= MAX_BLOCKS)
        throw new ChatError('forbidden', `Nobody blocks more than ${MAX_BLOCKS} people.`)
      return { ...blocks, [userId]: at }
    })
  } finally {
    await settleWriter(deps, actor.userId, userId)
  }
}

/**
 * Takes a block back; without one nothing changes.
 * @throws ChatError `busy`
 */
export async function unblockUser(deps: WriterDeps, actor: Actor, { userId }: Ask): Promise<void> {
  await deps.personal.updateBlocks(actor.userId, ({ [userId]: since, ...rest }) =>
    since === undefined ? undefined : rest,
  )
  await settleWriter(deps, actor.userId, userId)
}

/** Whom the asker has blocked, the newest first. */
export async function listBlocks(
  { personal }: Pick<WriterDeps, 'personal'>,
  actor: Actor,
): Promise<{ userId: string; blockedAt: string }[]> {
  const blocks = Object.entries(await personal.readBlocks(actor.userId))
  return blocks
    .map(([userId, blockedAt]) => ({ userId, blockedAt }))
    .sort((a, b) => (a.blockedAt < b.blockedAt ? 1 : -1))
}

/** @throws ChatError `blocked` when `userId` has blocked the asker */
export async function refuseBlocked(
  { personal }: Pick<WriterDeps, 'personal'>,
  actor: Actor,
  userId: string,
): Promise<void> {
  if ((await personal.readBlocks(userId))[actor.userId] !== undefined) throw blocked()
}

export const blocked = (): ChatError => new ChatError('blocked', 'This person has blocked you.')

/**
 * Brings the right of both to write in a new direct chat up to who has blocked whom.
 * @throws ChatError `busy`
 */
export async function settleDirect(deps: WriterDeps, a: string, b: string): Promise<void> {
  await Promise.all([settleWriter(deps, a, b, false), settleWriter(deps, b, a, false)])
}

/**
 * Gives or takes `userId` the right to write in the direct chat, as `blocker` has decided; looks again afterwards, for the
 * decision may have changed in between. `silent` is how the chat stands, where that is known.
 * @throws ChatError `busy`
 */
export async function settleWriter(
  deps: WriterDeps,
  blocker: string,
  userId: string,
  silent?: boolean,
): Promise<void> {
  for (let stands = silent; ; ) {
    const decided = (await deps.personal.readBlocks(blocker))[userId] !== undefined
    if (decided === stands) return
    await setWriter(deps, directChatId(blocker, userId), userId, decided)
    stands = decided
  }
}

async function setWriter(
  { log, time }: WriterDeps,
  chatId: string,
  userId: string,
  silent: boolean,
): Promise<void> {
  const member = await log.readMember(chatId, userId)
  if (!member) return
  const change = { kind: silent ? 'silence' : 'unsilence', member } as const
  for (let tries = 0; tries < WRITE_TRIES; tries++) {
    const { kind } = await log.commit(chatId, { entries: [], writers: [], members: [change] })
    // A conflict says that it is so already, or that the member is gone.
    if (kind === 'committed' || kind === 'member-conflict') return
    await time.sleep(50 * 2 ** tries)
  }
  throw new ChatError('busy', 'The chat could not be changed just now; try again.')
}
