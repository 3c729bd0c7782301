// What the subcommands of all emulators share: options, the line that says "ready", and a clean end on a signal.
import { InvalidArgumentError, Option } from 'commander'
import type { LogLevel } from './log.ts'

export const LOG_LEVELS: LogLevel[] = ['silent', 'error', 'info', 'debug']

/** `--port <n>`, 0 to 65535; 0 takes any free one. */
export function portOption(standard: number, flag = '--port <n>'): Option {
  return new Option(flag, 'port to listen on, 0 for any free one').default(standard).argParser((value) => {
    const port = Number(value)
    if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
  })
}

/**
 * Starts an emulator, prints `{"ready":true,"url":…,…}` as one line on standard output and waits for SIGINT or
 * SIGTERM (or the death of a parent that opened an IPC channel), which close it and end the process with code 0. What cannot start ends it with code 1 and the reason.
 */
export async function runUntilStopped<E extends { url: string; close(): Promise<void> }>(
  start: () => Promise<E>,
  describe: (emulator: E) => Record<string, unknown> = () => ({}),
): Promise<void> {
  let emulator: E
  try {
    emulator = await start()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
  const stop = (): void => void emulator.close().then(() => process.exit(0))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  // Started by another Node process with an IPC channel: do not outlive it.
  if (process.connected) process.once('disconnect', stop)
  process.stdout.write(`${JSON.stringify({ ready: true, url: emulator.url, ...describe(emulator) })}\n`)
}
