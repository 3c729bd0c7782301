import { type Command, Option } from 'commander'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'
import type { LogLevel } from '../kit/log.ts'

interface Flags {
  port: number
  host: string
  log: LogLevel
  key?: string
  firstToken: number
  chunkDelay: number
}

/** Adds `ai` to the program. */
export function register(program: Command): void {
  program
    .command('ai')
    .description('a deterministic, scriptable model server that speaks the Gemini protocol')
    .addOption(portOption(7090))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--log <level>', 'log to standard error').choices(LOG_LEVELS).default('error'))
    .option('--key <key>', 'the only API key accepted (default: any)')
    .option('--first-token <ms>', 'time to the first token', Number, 0)
    .option('--chunk-delay <ms>', 'time between two chunks', Number, 0)
    .action((flags: Flags) =>
      runUntilStopped(async () => {
        const { startAi } = await import('./server.ts')
        return startAi({
          port: flags.port,
          host: flags.host,
          log: flags.log,
          ...(flags.key !== undefined && { apiKey: flags.key }),
          pace: { firstTokenMs: flags.firstToken, chunkDelayMs: flags.chunkDelay },
        })
      }),
    )
}
