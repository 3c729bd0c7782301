import type { Bot } from '../../domain/bot.ts'
import type { Appender } from '../log/append.ts'
import type { InboxStore, Logger, LogStore, Provider, Push, StateStore, Time } from '../ports.ts'

/** What runs need of the world. */
export interface BotDeps {
  log: LogStore
  state: StateStore
  inbox: Pick<InboxStore, 'read'>
  push: Push
  time: Time
  logger: Logger
  appender: Appender
  bots: Bot[]
  /** Runs under way in this process, by id, and how to stop each. */
  activeRuns: Map<string, () => void>
  /** What answers for a bot: the first of its models that can. */
  model(bot: Bot): Provider
}
