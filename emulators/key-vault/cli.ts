import { type Command, InvalidArgumentError, Option } from 'commander'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'
import type { LogLevel } from '../kit/log.ts'

interface Flags {
  port: number
  identityPort: number
  host: string
  log: LogLevel
  data?: string
  certificate?: string
  name: string[]
  identityHeader?: string
  retention: number
  settling: number
}

/** Adds `key-vault` to the program. */
export function register(program: Command): void {
  program
    .command('key-vault')
    .description('Azure Key Vault (secrets) over TLS, and a managed-identity endpoint')
    .addOption(portOption(8443))
    .addOption(portOption(8444, '--identity-port <n>'))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--log <level>', 'log to standard error').choices(LOG_LEVELS).default('error'))
    .option('--data <dir>', 'folder of the secrets and the certificate (default: in memory)')
    .option('--certificate <dir>', 'folder of a certificate shared with others (default: the data folder)')
    .option('--name <host>', 'a further name the certificate is good for (repeatable)', collect, [])
    .option('--identity-header <secret>', 'what callers of the identity endpoint show')
    .option('--retention <days>', 'days a deleted secret can be recovered, 7 to 90', parseDays, 90)
    .option('--settling <ms>', 'how long a deletion or recovery takes', parseMilliseconds, 200)
    .action((flags: Flags) =>
      runUntilStopped(
        async () => {
          const { startKeyVault } = await import('./server.ts')
          return startKeyVault({
            port: flags.port,
            identityPort: flags.identityPort,
            host: flags.host,
            log: flags.log,
            hosts: flags.name,
            retentionDays: flags.retention,
            settlingMs: flags.settling,
            ...(flags.data !== undefined && { dataDir: flags.data }),
            ...(flags.certificate !== undefined && { certificateDir: flags.certificate }),
            ...(flags.identityHeader !== undefined && { identityHeader: flags.identityHeader }),
          })
        },
        ({ port, caFile, identity, environment }) => ({ port, caFile, identity, environment }),
      ),
    )
}

const collect = (name: string, names: string[]): string[] => [...names, name]

function parseDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 7 || days > 90) throw new InvalidArgumentError('7 to 90.')
  return days
}

function parseMilliseconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('0 to 999999.')
  return Number(text)
}
