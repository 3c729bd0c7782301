import { type Command, InvalidArgumentError, Option } from 'commander'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'
import type { LogLevel } from '../kit/log.ts'
import { type Consistency, LEVELS } from './wire/consistency.ts'

interface Flags {
  port: number
  host: string
  log: LogLevel
  data?: string
  key?: string
  consistency: Consistency
  ranges: number
}

/** Adds `cosmos` to the program. */
export function register(program: Command): void {
  program
    .command('cosmos')
    .description('Azure Cosmos DB for NoSQL over SQLite: items, batches, SQL and the change feed')
    .addOption(portOption(8081))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--log <level>', 'log to standard error').choices(LOG_LEVELS).default('error'))
    .option('--data <dir>', 'folder of the data (default: in memory)')
    .option('--key <base64>', "the account's master key (default: the well-known emulator key)")
    .addOption(
      new Option('--consistency <level>', "the account's default consistency")
        .choices(LEVELS)
        .default('Session'),
    )
    .option('--ranges <n>', 'physical ranges of new containers', parseRanges, 1)
    .action((flags: Flags) =>
      runUntilStopped(async () => {
        const { startCosmos } = await import('./server.ts')
        return startCosmos({
          port: flags.port,
          host: flags.host,
          log: flags.log,
          account: { consistency: flags.consistency },
          ranges: flags.ranges,
          ...(flags.data !== undefined && { dataDir: flags.data }),
          ...(flags.key !== undefined && { key: flags.key }),
        })
      }),
    )
}

function parseRanges(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new InvalidArgumentError('1 to 64.')
  return count
}
