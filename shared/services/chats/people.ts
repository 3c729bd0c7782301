// The people and bots that a request names.
import type { Bot } from '../../domain/bot.ts'
import { ChatError } from '../../domain/error.ts'
import { fewAtATime } from '../../domain/few-at-a-time.ts'
import type { User } from '../../domain/user.ts'
import type { UserStore } from '../ports/users.ts'
import type { Time } from '../ports/world.ts'

export interface PeopleDeps {
  users: UserStore
  time: Time
  bots: Bot[]
}

const AT_ONCE = 50

/**
 * The accounts of these users, in their order; a bot's is made when it is first needed.
 * @throws ChatError `user-not-found`; `forbidden` for a bot that is no longer configured
 */
export async function findPeople(deps: PeopleDeps, userIds: string[]): Promise<User[]> {
  return fewAtATime(userIds, AT_ONCE, async (userId) => {
    const bot = deps.bots.find(({ botId }) => botId === userId)
    const user = bot ? await ensureBotUser(deps, bot) : await deps.users.read(userId)
    if (!user) throw new ChatError('user-not-found', `There is no user ${userId}.`)
    if (!bot && user.profile.type === 'bot')
      throw new ChatError('forbidden', `${user.displayName} cannot be a member.`)
    return user
  })
}

/** A bot is a user like any other; it gets its account when it is first needed. */
export async function ensureBotUser(
  deps: PeopleDeps,
  { botId, displayName }: Pick<Bot, 'botId' | 'displayName'>,
): Promise<User> {
  const known = await deps.users.read(botId)
  if (known) return known
  const user: User = {
    userId: botId,
    handle: await botHandle(deps, botId),
    displayName,
    profile: { type: 'bot' },
    role: 'user',
    createdAt: new Date(deps.time.now()).toISOString(),
  }
  await deps.users.create(user)
  return user
}

/** Its id, reserved like anybody's handle; where a person was faster, the id with a mark that no person can have. */
async function botHandle(deps: PeopleDeps, botId: string): Promise<string> {
  const handle = botId.toLowerCase()
  if (!(await deps.users.reserveName('handle', handle, botId))) {
    if ((await deps.users.findByName('handle', handle)) !== botId) return `bot:${handle}`
  }
  await deps.users.confirmName('handle', handle, botId)
  return handle
}
