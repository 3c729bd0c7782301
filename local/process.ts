// A part of the stack in a process of its own: started, waited for, watched, stopped.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import type { Bundle } from './bundles.ts'

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

const READY_WITHIN_MS = 30_000
const readyLine = z.looseObject({ ready: z.literal(true), url: z.string() })

/** Starts an emulator by its subcommand, `npm run emulator -- <args>`. */
export function startEmulator(name: string, args: string[], bundle: Bundle): Part {
  const child = spawn(process.execPath, ['--max-semi-space-size=1', bundle.emulator, ...args], {
    // The IPC channel is the leash: the child stops when it breaks. A group of its own keeps Ctrl-C from it, so that
    // the supervisor decides in which order parts stop.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
    env: { ...process.env, NODE_COMPILE_CACHE: bundle.compileCache },
  })
  return watch(name, child)
}

function watch(name: string, child: ChildProcess): Part {
  const exit = once(child, 'exit').then(
    ([code, signal]) => `${name} ended with ${signal ?? `exit code ${code}`}`,
  )
  let isLate = false
  const patience = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, READY_WITHIN_MS)
  const ready = Promise.race([
    once(createInterface(child.stdout!), 'line').then(([line]) => readyLine.parse(JSON.parse(line))),
    exit.then((how) => {
      throw new Error(isLate ? `${name} was not ready in time.` : `${how} before it was ready.`)
    }),
  ]).finally(() => clearTimeout(patience))
  // Looked at later, when it is needed.
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
