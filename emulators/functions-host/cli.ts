// `functions-host`: the host as a command of its own.
import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import * as z from 'zod'
import { LOG_LEVELS, portOption, runUntilStopped } from '../kit/cli.ts'
import type { LogLevel } from '../kit/log.ts'
import { createManualClock } from '../kit/manual-clock.ts'
import type { FunctionsHostOptions } from './server.ts'

const flags = z.object({
  app: z.string(),
  port: z.number(),
  host: z.string(),
  log: z.custom<LogLevel>(),
  data: z.string().optional(),
  settings: z.string().optional(),
  keys: z.string().optional(),
  cors: z.string().optional(),
  bodyLimit: z.number().optional(),
  drainMs: z.number().optional(),
  leaseAcquireMs: z.number().optional(),
  leaseRenewMs: z.number().optional(),
  leaseExpirationMs: z.number().optional(),
  queueLockMs: z.number().optional(),
  feedWakeMs: z.number().optional(),
  manualClock: z.union([z.literal(true), z.number()]).optional(),
  watch: z.boolean().optional(),
  exitWithStdin: z.boolean().optional(),
})

/** Adds the `functions-host` command. */
export function register(program: Command): void {
  program
    .command('functions-host')
    .description('runs a Node function app: HTTP, queues, blobs, Cosmos DB change feed, Event Hubs, timers')
    .requiredOption('--app <dir>', 'folder with host.json and package.json')
    .addOption(portOption(7071))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--log <level>', 'what to log on stderr').choices(LOG_LEVELS).default('info'))
    .option('--data <dir>', 'folder for the status of timers')
    .option('--settings <file>', 'JSON file with app settings, over local.settings.json')
    .option('--keys <dir>', 'ask for function keys; they are in this folder, missing ones are made')
    .option('--cors <origins>', 'allowed origins: * or a comma-separated list')
    .option('--body-limit <bytes>', 'largest request body', number)
    .option('--drain-ms <ms>', 'how long a stop waits for running invocations', number)
    .option('--lease-acquire-ms <ms>', 'change feed: how often leases are balanced (13000)', number)
    .option('--lease-renew-ms <ms>', 'change feed: how often a lease is renewed (17000)', number)
    .option('--lease-expiration-ms <ms>', 'change feed: when a silent owner loses a lease (60000)', number)
    .option('--queue-lock-ms <ms>', 'queues: how long a message stays invisible unrenewed (600000)', number)
    .option('--feed-wake-ms <ms>', 'change feed: read it so long after a write of this process', number)
    .addOption(
      new Option('--manual-clock [time]', 'time stands still and is moved by POST /_emulator/clock')
        .argParser(instant)
        .conflicts('watch'),
    )
    .option('--watch', 'replace the app when one of its files changes')
    .option('--exit-with-stdin', 'stop when stdin ends, so as not to outlive the parent process')
    .action(async (raw: unknown) => {
      const given = flags.parse(raw)
      // A signal, so that the parent's end is the same clean stop as Ctrl-C.
      const orphaned = (): void => void process.kill(process.pid, 'SIGTERM')
      if (given.exitWithStdin) process.stdin.once('end', orphaned).once('error', orphaned).resume()
      await runUntilStopped(
        () => start(given),
        ({ port, functions }) => ({ port, pid: process.pid, functions }),
      )
    })
}

interface Started {
  url: string
  port: number
  /** Names of those that run: neither disabled nor refused. */
  functions: string[]
  close(): Promise<void>
}

async function start(given: z.infer<typeof flags>): Promise<Started> {
  const options = optionsOf(given)
  if (given.watch) return await (await import('./watch/supervisor.ts')).startWatchedHost(options)
  const { startFunctionsHost } = await import('./server.ts')
  const { url, port, functions, close } = await startFunctionsHost(options)
  return {
    url,
    port,
    close,
    functions: functions.filter((one) => !one.disabled && one.refused === undefined).map(({ name }) => name),
  }
}

function optionsOf(given: z.infer<typeof flags>): FunctionsHostOptions {
  return {
    app: given.app,
    port: given.port,
    host: given.host,
    log: given.log,
    leases: {
      ...(given.leaseAcquireMs !== undefined && { acquireMs: given.leaseAcquireMs }),
      ...(given.leaseRenewMs !== undefined && { renewMs: given.leaseRenewMs }),
      ...(given.leaseExpirationMs !== undefined && { expirationMs: given.leaseExpirationMs }),
    },
    ...(given.settings !== undefined && { settings: readSettings(given.settings) }),
    ...(given.data !== undefined && { dataDir: given.data }),
    ...(given.keys !== undefined && { keys: given.keys }),
    ...(given.cors !== undefined && { cors: given.cors }),
    ...(given.bodyLimit !== undefined && { bodyLimit: given.bodyLimit }),
    ...(given.drainMs !== undefined && { drainMs: given.drainMs }),
    ...(given.queueLockMs !== undefined && { queueLockMs: given.queueLockMs }),
    ...(given.feedWakeMs !== undefined && { feedWakeMs: given.feedWakeMs }),
    ...(given.manualClock !== undefined && {
      clock: createManualClock(given.manualClock === true ? Date.now() : given.manualClock),
    }),
  }
}

function readSettings(file: string): Record<string, string> {
  return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')))
}

function instant(text: string): number {
  const value = Date.parse(text)
  if (!Number.isNaN(value)) return value
  throw new InvalidArgumentError('A time as 2026-01-31T12:00:00Z is needed.')
}

function number(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new InvalidArgumentError('A whole number is needed.')
}
