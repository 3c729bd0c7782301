// The `web-pubsub` subcommand: one emulator per process, ready when it prints its line of JSON.
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { createLog, type LogLevel } from '../kit/log.ts'
import { startWebPubSub } from './server.ts'
import { DEFAULT_ACCESS_KEY, DEFAULT_PORT, type HubSettingsInput } from './settings.ts'

type Hubs = Record<string, HubSettingsInput>

interface CliOptions {
  port: number
  host: string
  log: LogLevel
  accessKey: string
  config?: string
}

/** Adds `web-pubsub` to the program. */
export function register(program: Command): void {
  const hubs: Hubs = {}
  let last: string | undefined
  const addHub = (name: string): void => {
    last = name
    hubs[name] = { eventHandlers: [], anonymousConnectPolicy: 'deny' }
  }
  const addUpstream = (urlTemplate: string): void => {
    if (last === undefined)
      throw new InvalidArgumentError('Name its hub first: --hub <name> --upstream <url>.')
    hubs[last]!.eventHandlers!.push({
      urlTemplate,
      userEventPattern: '*',
      systemEvents: ['connect', 'connected', 'disconnected'],
    })
  }
  program
    .command('web-pubsub')
    .description('Azure Web PubSub: client WebSockets, REST API, upstream events')
    .option('--port <number>', 'port to listen on, 0 for any free one', parsePort, DEFAULT_PORT)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--log <level>', 'log level').choices(['silent', 'error', 'info', 'debug']).default('error'),
    )
    .option('--access-key <key>', 'access key, at least 32 bytes', DEFAULT_ACCESS_KEY)
    .option('--hub <name>', 'a hub whose events the following --upstream gets (repeatable)', addHub)
    .option(
      '--upstream <url>',
      'URL template for all events of the hub named before (repeatable)',
      addUpstream,
    )
    .option('--config <file>', 'JSON file with {"hubs": {"<name>": {"eventHandlers": […]}}}')
    .action(async (options: CliOptions) => {
      try {
        await run(options, hubs)
      } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
        process.exitCode = 1
      }
    })
}

async function run(options: CliOptions, hubs: Hubs): Promise<void> {
  const emulator = await startWebPubSub({
    port: options.port,
    host: options.host,
    accessKey: options.accessKey,
    hubs: { ...(options.config === undefined ? {} : await readConfig(options.config)), ...hubs },
    log: createLog('web-pubsub', options.log),
  })
  const { url, port, connectionString } = emulator
  process.stdout.write(`${JSON.stringify({ ready: true, url, port, connectionString })}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void emulator.close().then(() => process.exit(0)))
  }
}

async function readConfig(file: string): Promise<Hubs> {
  const config: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (typeof config !== 'object' || config === null || !('hubs' in config)) {
    throw new Error(`${file} must be a JSON object with "hubs".`)
  }
  return config.hubs as Hubs // startWebPubSub checks every setting
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('Not a port.')
  return port
}
