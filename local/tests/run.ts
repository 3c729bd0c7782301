// Runs the stack's own commands as a person would: a process, its output, its exit code.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Ready {
  ready: true
  api: string
  webPubSub: string
  cosmos: string
  cosmosKey: string
  blob: string
  queue: string
  ai: string
  keyVault: string
  identity: string
  pids: { supervisor: number; cosmos: number; azurite: number }
  accounts: { handle: string; password: string }[]
}

export interface Run extends AsyncDisposable {
  process: ChildProcess
  /** The line of JSON on standard output. */
  ready: Promise<Ready>
  /** How it ended. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** Starts `local/<script>`. */
export function run(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../${script}`, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes) => {
    stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
  })
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }))
  const ready = Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]): Ready => JSON.parse(line)),
    ended.then(({ code }) => Promise.reject(new Error(`It ended with ${code}: ${stderr}`))),
  ])
  ready.catch(() => {})
  const stop = async (): Promise<void> => {
    child.kill('SIGINT')
    await ended
  }
  return { process: child, ready, ended, [Symbol.asyncDispose]: stop }
}

export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'stack-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export const isServed = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  )

/** Resolves when nobody answers at any of the addresses. */
export async function untilGone(urls: string[]): Promise<void> {
  while ((await Promise.all(urls.map(isServed))).includes(true)) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const addresses = ({ api, webPubSub, cosmos, blob, queue, ai }: Ready): string[] => [
  api,
  webPubSub,
  cosmos,
  blob,
  queue,
  ai,
]
