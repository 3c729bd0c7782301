// A part of the stack in a process of its own: started, waited for, watched, stopped.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

export interface Part extends AsyncDisposable {
  name: string
  pid: number
  /** The fields of the line of JSON with which it said that it is ready. @throws Error when it ends before */
  ready: Promise<z.infer<typeof readyLine>>
  /** How it ended, in words, whenever it ends. */
  ended: Promise<string>
  /** SIGTERM, and SIGKILL when that has not helped after ten seconds. */
  stop(): Promise<void>
}

const readyLine = z.looseObject({ ready: z.literal(true), url: z.string() })

/** Starts an emulator by its subcommand, `npm run emulator -- <args>`. */
export function startEmulator(name: string, args: string[], compileCache: string): Part {
  const main = fileURLToPath(new URL('../emulators/main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--max-semi-space-size=1', main, ...args], {
    // The IPC channel is the leash: the child stops when it breaks. A group of its own keeps Ctrl-C from it, so that
    // the supervisor decides in which order parts stop.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  return watch(name, child)
}

function watch(name: string, child: ChildProcess): Part {
  const exit = once(child, 'exit').then(
    ([code, signal]) => `${name} ended with ${signal ?? `exit code ${code}`}`,
  )
  const ready = Promise.race([
    once(createInterface(child.stdout!), 'line').then(([line]) => readyLine.parse(JSON.parse(line))),
    exit.then((how) => {
      throw new Error(`${how} before it was ready.`)
    }),
  ])
  ready.catch(() => {})
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    child.kill('SIGTERM')
    await exit
    clearTimeout(timer)
  }
  return { name, pid: child.pid ?? 0, ready, ended: exit, stop, [Symbol.asyncDispose]: stop }
}
