// The `web-pubsub` subcommand: one emulator per process, ready when it prints its line of JSON.
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'
import { entraOptions } from '../kit/entra.ts'
import { createLog, type LogLevel } from '../kit/log.ts'
import { startWebPubSub, type WebPubSub } from './server.ts'
import { DEFAULT_ACCESS_KEY, DEFAULT_PORT, type HubSettingsInput } from './settings.ts'
import type { TlsOptions } from './tls.ts'

type Hubs = Record<string, HubSettingsInput>

interface Flags {
  port: number
  host: string
  log: LogLevel
  accessKey: string
  config?: string
  tls?: true
  certificate?: string
  cert?: string
  key?: string
  entraJwks?: string
  entraIssuer?: string
  identityEndpoint?: string
  identityHeader: string
  units?: number
}

/** Adds `web-pubsub` to the program. */
export function register(program: Command): void {
  const { hubs, addHub, addUpstream } = collectHubs()
  program
    .command('web-pubsub')
    .description('Azure Web PubSub: client WebSockets, REST API, upstream events')
    .addOption(portOption(DEFAULT_PORT))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--log <level>', 'log to standard error').choices(LOG_LEVELS).default('error'))
    .option('--access-key <key>', 'access key, at least 32 bytes', DEFAULT_ACCESS_KEY)
    .option('--hub <name>', 'a hub whose events the following --upstream gets (repeatable)', addHub)
    .option(
      '--upstream <url>',
      'URL template for all events of the hub named before (repeatable)',
      addUpstream,
    )
    .option('--config <file>', 'JSON file with {"hubs": {"<name>": {"eventHandlers": […]}}}')
    .option('--tls', 'speak HTTPS and WSS with a certificate made at start')
    .option('--certificate <dir>', 'speak TLS with the certificate kept in this folder, made when missing')
    .option('--cert <file>', 'speak TLS with this certificate (PEM), with --key')
    .option('--key <file>', 'the private key of --cert (PEM)')
    .option('--entra-jwks <url or file>', 'public keys of the issuer whose Entra tokens REST callers may use')
    .option('--entra-issuer <name>', 'what those tokens must say in "iss"')
    .option('--identity-endpoint <url>', 'where tokens for event handlers with a managed identity come from')
    .option('--identity-header <secret>', 'what that endpoint wants to see', 'local-managed-identity')
    .option('--units <n>', '1,000 connections each, further ones are refused (default: no limit)', Number)
    .action((flags: Flags) => runUntilStopped(() => start(flags, hubs), describe))
}

async function start(flags: Flags, hubs: Hubs): Promise<WebPubSub> {
  const { port, host, accessKey, units } = flags
  const [tls, entra] = [await tlsOf(flags), await entraOptions(flags)]
  return startWebPubSub({
    port,
    host,
    accessKey,
    hubs: { ...(flags.config === undefined ? {} : await readConfig(flags.config)), ...hubs },
    log: createLog('web-pubsub', flags.log),
    ...(tls !== undefined && { tls }),
    ...(entra !== undefined && { entra }),
    ...(units !== undefined && { units }),
    ...(flags.identityEndpoint !== undefined && {
      identity: { endpoint: flags.identityEndpoint, header: flags.identityHeader },
    }),
  })
}

const describe = ({ port, connectionString, ca, caFile }: WebPubSub): Record<string, unknown> => ({
  port,
  connectionString,
  ca,
  caFile,
})

async function tlsOf({ tls, certificate, cert, key }: Flags): Promise<TlsOptions | undefined> {
  if ((cert === undefined) !== (key === undefined)) throw new Error('--cert and --key go together.')
  if (cert !== undefined && key !== undefined) {
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') }
  }
  return certificate === undefined ? tls : { dir: certificate }
}

/** Hubs as the options name them, in the order of the command line. */
function collectHubs(): { hubs: Hubs; addHub(name: string): void; addUpstream(urlTemplate: string): void } {
  const hubs: Hubs = {}
  let last: string | undefined
  return {
    hubs,
    addHub(name) {
      last = name
      hubs[name] = { eventHandlers: [], anonymousConnectPolicy: 'deny' }
    },
    addUpstream(urlTemplate) {
      if (last === undefined)
        throw new InvalidArgumentError('Name its hub first: --hub <name> --upstream <url>.')
      hubs[last]!.eventHandlers!.push({
        urlTemplate,
        userEventPattern: '*',
        systemEvents: ['connect', 'connected', 'disconnected'],
      })
    },
  }
}

async function readConfig(file: string): Promise<Hubs> {
  const config: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (typeof config !== 'object' || config === null || !('hubs' in config)) {
    throw new Error(`${file} must be a JSON object with "hubs".`)
  }
  return config.hubs as Hubs // startWebPubSub checks every setting
}
