import type { Bot } from '../../domain/bot.ts'
import type { Appender } from '../log/append.ts'
import type { InboxStore } from '../ports/inbox.ts'
import type { LogStore } from '../ports/log.ts'
import type { MediaStore } from '../ports/media.ts'
import type { Provider } from '../ports/model.ts'
import type { Push } from '../ports/push.ts'
import type { StateStore, UsageStore } from '../ports/state.ts'
import type { Tool } from '../ports/tools.ts'
import type { UserStore } from '../ports/users.ts'
import type { Logger, Time } from '../ports/world.ts'
import type { Moderate } from './moderate.ts'
import type { Quotas } from './quotas.ts'

/** What runs need of the world. */
export interface BotDeps {
  log: LogStore
  state: StateStore
  inbox: Pick<InboxStore, 'read'>
  users: Pick<UserStore, 'read'>
  media: Pick<MediaStore, 'inspect'>
  usage: UsageStore
  push: Push
  time: Time
  logger: Logger
  appender: Appender
  bots: Bot[]
  quotas: Quotas
  moderate: Moderate
  /** All that bots may be given. */
  tools: Tool[]
  /** Runs under way in this process, by id, and how to stop each. */
  activeRuns: Map<string, () => void>
  /** What answers for a bot: the first of its models that can. */
  model(bot: Bot): Provider
}
