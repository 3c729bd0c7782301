import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { JSONWebKeySet } from 'jose'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'
import type { LogLevel } from '../kit/log.ts'
import { type Consistency, LEVELS } from './wire/consistency.ts'
import type { EntraOptions } from './wire/entra.ts'

interface Flags {
  port: number
  host: string
  log: LogLevel
  data?: string
  key?: string
  consistency: Consistency
  ranges: number
  throughput?: number
  tls?: true
  certificate?: string
  entraJwks?: string
  entraIssuer?: string
  entraAudience?: string
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
    .option('--throughput <n>', 'request units per second of new containers (default: no limit)', Number)
    .option('--tls', 'speak HTTPS with a certificate made at start')
    .option('--certificate <dir>', 'speak HTTPS with the certificate kept in this folder, made when missing')
    .option('--entra-jwks <url or file>', 'public keys of the issuer whose Entra tokens are taken')
    .option('--entra-issuer <name>', 'what those tokens must say in "iss"')
    .option('--entra-audience <name>', 'a further audience they may be for')
    .action((flags: Flags) =>
      runUntilStopped(
        async () => {
          const { startCosmos } = await import('./server.ts')
          const entra = await entraOf(flags)
          const tls = flags.certificate === undefined ? flags.tls : { dir: flags.certificate }
          return startCosmos({
            port: flags.port,
            host: flags.host,
            log: flags.log,
            account: { consistency: flags.consistency },
            ranges: flags.ranges,
            ...(flags.data !== undefined && { dataDir: flags.data }),
            ...(flags.key !== undefined && { key: flags.key }),
            ...(flags.throughput !== undefined && { throughput: flags.throughput }),
            ...(tls !== undefined && { tls }),
            ...(entra && { entra }),
          })
        },
        ({ caFile, ca }) => ({ caFile, ca }),
      ),
    )
}

async function entraOf({ entraJwks, entraIssuer, entraAudience }: Flags): Promise<EntraOptions | undefined> {
  if (entraJwks === undefined) return undefined
  const jwks = /^https?:/.test(entraJwks)
    ? entraJwks
    : (JSON.parse(await readFile(entraJwks, 'utf8')) as JSONWebKeySet) // createEntra checks it
  return {
    jwks,
    ...(entraIssuer !== undefined && { issuer: entraIssuer }),
    ...(entraAudience !== undefined && { audience: [entraAudience] }),
  }
}

function parseRanges(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new InvalidArgumentError('1 to 64.')
  return count
}
