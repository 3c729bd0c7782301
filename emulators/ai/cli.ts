import { type Command, InvalidArgumentError, Option } from 'commander'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'
import { entraOptions } from '../kit/entra.ts'
import type { LogLevel } from '../kit/log.ts'

interface Flags {
  port: number
  host: string
  log: LogLevel
  key?: string
  deployment: Record<string, string>
  entraJwks?: string
  entraIssuer?: string
  firstToken: number
  chunkDelay: number
}

/** Adds `ai` to the program. */
export function register(program: Command): void {
  program
    .command('ai')
    .description('a deterministic, scriptable model server: Gemini, OpenAI and Azure OpenAI')
    .addOption(portOption(7090))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--log <level>', 'log to standard error').choices(LOG_LEVELS).default('error'))
    .option('--key <key>', 'the only API key accepted (default: any)')
    .option(
      '--deployment <name=model>',
      'a deployment of Azure OpenAI (repeatable; default: any)',
      collect,
      {},
    )
    .option('--entra-jwks <url or file>', 'public keys of the issuer whose Entra tokens are taken')
    .option('--entra-issuer <name>', 'what those tokens must say in "iss"')
    .option('--first-token <ms>', 'time to the first token', Number, 0)
    .option('--chunk-delay <ms>', 'time between two chunks', Number, 0)
    .action((flags: Flags) =>
      runUntilStopped(async () => {
        const { startAi } = await import('./server.ts')
        const entra = await entraOptions(flags)
        return startAi({
          port: flags.port,
          host: flags.host,
          log: flags.log,
          ...(flags.key !== undefined && { apiKey: flags.key }),
          ...(Object.keys(flags.deployment).length > 0 && { deployments: flags.deployment }),
          ...(entra && { entra }),
          pace: { firstTokenMs: flags.firstToken, chunkDelayMs: flags.chunkDelay },
        })
      }),
    )
}

function collect(text: string, deployments: Record<string, string>): Record<string, string> {
  const [, name, model] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (!name || !model) throw new InvalidArgumentError('A deployment is <name>=<model>.')
  return { ...deployments, [name]: model }
}
