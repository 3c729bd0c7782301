// `npm start`: options, signals, exit codes, and what is printed.
import { flushCompileCache } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { type Bundle, bundleIn } from './bundles.ts'
import { type Stack, startStack } from './stack.ts'

interface Flags {
  ports?: number
  data: string
  json?: boolean
  source?: boolean
  verbose?: boolean
  host: boolean
  vault?: boolean
  app?: string
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs the command; resolves when the stack is up. The process then lives until a signal or the end of a part. */
export async function start(bundle: Bundle): Promise<void> {
  const program = new Command('npm start --')
    .description('Runs the whole of Parley on this machine, offline.')
    .option(
      '--ports <base>',
      'eight ports in a row from here: api, Web PubSub, Cosmos, blob, queue, AI, Key Vault, identity; 0 takes any free ones',
      parseBase,
    )
    .option('--data <dir>', 'where everything is kept', '.parley')
    .option('--json', 'print one line of JSON with every address when ready, and nothing else')
    .option('--source', 'run the TypeScript sources instead of the bundle')
    .option('--no-host', 'without the functions host, for npm run func')
    .option('--vault', 'keys that sign come from a Key Vault emulator, as they do in Azure')
    .option('--app <dir>', 'run another function app (a folder with host.json and package.json)')
    .option('--verbose', 'log what every part does')
    .parse()
  const flags = program.opts<Flags>()
  const parts = new AsyncDisposableStack()
  const stop = stopper(parts)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
  // npm passes SIGTERM to its shell and not further: without this the stack would outlive `npm start`.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) {
    setInterval(() => process.ppid !== parent && void stop(0), 250).unref()
  }
  const started = performance.now()
  try {
    const stack = await startStack(
      {
        portBase: flags.ports,
        dataDir: resolve(flags.data),
        app: flags.app !== undefined ? resolve(flags.app) : flags.source ? root : undefined,
        hasHost: flags.host,
        hasVault: flags.vault ?? false,
        isVerbose: flags.verbose ?? false,
        bundle,
        warn,
      },
      parts,
    )
    await announce(stack, flags.json ?? false, performance.now() - started)
    flushCompileCache()
    const how = await stack.ended
    await stop(1, `${how}. Everything else is stopped too.`)
  } catch (error) {
    await stop(1, error instanceof Error ? error.message : String(error))
  }
}

async function announce(stack: Stack, isJson: boolean, milliseconds: number): Promise<void> {
  const { ended: _, ...addresses } = stack
  if (isJson) process.stdout.write(`${JSON.stringify({ ready: true, ...addresses })}\n`)
  else process.stdout.write((await import('./page.ts')).page(stack, milliseconds))
}

/** Stops all parts once, whoever asks first; what is reported after that is a consequence of the stop. */
function stopper(parts: AsyncDisposableStack): (code: number, reason?: string) => Promise<void> {
  let isStopping = false
  return async (code, reason) => {
    if (isStopping) return
    isStopping = true
    if (reason !== undefined) warn(reason)
    await parts.disposeAsync().catch((error) => warn(String(error)))
    process.exit(code)
  }
}

function warn(text: string): void {
  process.stderr.write(`${text}\n`)
}

function parseBase(value: string): number {
  const base = Number(value)
  if (Number.isInteger(base) && (base === 0 || (base >= 1024 && base <= 65_528))) return base
  throw new InvalidArgumentError('A base port is 0 or a whole number from 1024 to 65528.')
}

// True only in the bundle, which `start.ts` turns into.
if (import.meta.main) await start(bundleIn(dirname(process.argv[1] ?? '')))
