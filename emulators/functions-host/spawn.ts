// The host as a child process: for tests (whose module registry cannot load an app), for several hosts side by side, and
// for killing one between two steps. The child ends with its parent, however that ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { FunctionsHostOptions } from './server.ts'

export interface SpawnedHost extends AsyncDisposable {
  url: string
  port: number
  pid: number
  functions: string[]
  /** Everything the child has written on stderr so far: structured log lines and nothing else. */
  logs(): string
  /** Resolves as soon as stderr holds so many lines (one, unless told) with the text or a match of the pattern. */
  logged(text: string | RegExp, times?: number): Promise<void>
  /** Moves the host's time on and runs what falls due, in order. @throws Error unless it was started with `manualClock`. */
  advance(ms: number): Promise<void>
  /** Resolves when the child has ended, however it did. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Sends the signal and resolves to how the child ended. */
  kill(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Stops the child in good order (SIGTERM), and by SIGKILL when it has not ended in time. */
  close(): Promise<void>
}

export type SpawnOptions = Omit<FunctionsHostOptions, 'clock'> & {
  /** Time that stands still at this instant (`2026-01-31T12:00:00Z`) until `advance` moves it. */
  manualClock?: string
  /** Milliseconds until the child has to be ready. */
  readyMs?: number
  /** Replaces the app's process when a file of the app changes. */
  watch?: boolean
  /** Called with what the child writes on stderr, as it comes. */
  onLog?: (text: string) => void
}

const readyLine = z.looseObject({
  ready: z.literal(true),
  url: z.string(),
  port: z.number(),
  functions: z.array(z.string()),
})

/** Starts a host in a process of its own. @throws Error with what the child wrote when it does not get ready. */
export async function spawnFunctionsHost(options: SpawnOptions): Promise<SpawnedHost> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, 'functions-host', ...argumentsOf(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...options.settings },
  })
  let logs = ''
  const listeners = new Set<() => void>()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (options.onLog) options.onLog(text)
    logs += text
    for (const listener of listeners) listener()
  })
  const exited = once(child, 'close').then(([code, signal]) => {
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return exited
  }
  const close = async (): Promise<void> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await kill('SIGTERM')
    clearTimeout(timer)
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), options.readyMs ?? 20_000)
  const first = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    exited.then(({ code, signal }) => {
      throw new Error(`The functions host did not start (${signal ?? `exit code ${code}`}):\n${logs}`)
    }),
  ]).finally(() => clearTimeout(timer))
  const { url, port, functions } = readyLine.parse(JSON.parse(first))
  return {
    ...{ url, port, functions, exited, kill, close },
    pid: child.pid!,
    logs: () => logs,
    async advance(advanceMs) {
      const response = await fetch(`${url}/_emulator/clock`, {
        method: 'POST',
        body: JSON.stringify({ advanceMs }),
      })
      if (!response.ok) throw new Error(await response.text())
    },
    logged: (text, times = 1) =>
      new Promise((resolve) => {
        const found = (line: string): boolean =>
          typeof text === 'string' ? line.includes(text) : text.test(line)
        const check = (): void => {
          if (logs.split('\n').filter(found).length < times) return
          listeners.delete(check)
          resolve()
        }
        listeners.add(check)
        check()
      }),
    [Symbol.asyncDispose]: close,
  }
}

function argumentsOf(options: SpawnOptions): string[] {
  const { leases = {} } = options
  const flags: Record<string, string | number | undefined> = {
    '--app': options.app,
    '--port': options.port ?? 0,
    '--host': options.host,
    '--log': options.log,
    '--data': options.dataDir,
    '--keys': options.keys,
    '--cors': options.cors,
    '--body-limit': options.bodyLimit,
    '--drain-ms': options.drainMs,
    '--lease-acquire-ms': leases.acquireMs,
    '--lease-renew-ms': leases.renewMs,
    '--lease-expiration-ms': leases.expirationMs,
    '--queue-lock-ms': options.queueLockMs,
    '--feed-wake-ms': options.feedWakeMs,
    '--manual-clock': options.manualClock,
  }
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  return [
    ...given.flatMap(([flag, value]) => [flag, String(value)]),
    ...(options.watch ? ['--watch'] : []),
    '--exit-with-stdin',
  ]
}
