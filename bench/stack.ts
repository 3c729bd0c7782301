// The stack under test: `npm start` on free ports with data of its own, as a user starts it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Stack extends AsyncDisposable {
  api: string
  cosmos: string
  pids: Record<string, number>
  /** From the command to the line that says ready, milliseconds. */
  readyMs: number
  /** The app settings the host was given. */
  settings: Record<string, string>
}

export async function startStack(ports: number, dataDir?: string): Promise<Stack> {
  const data = dataDir ?? (await mkdtemp(join(tmpdir(), 'parley-bench-')))
  const started = performance.now()
  const child = spawn(
    process.execPath,
    ['local/start.ts', '--json', '--ports', String(ports), '--data', data],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('The stack did not start.'))),
  ])
  const readyMs = performance.now() - started
  const { api, cosmos, pids } = JSON.parse(String(line))
  const settings = JSON.parse(await readFile(join(data, 'app-settings.json'), 'utf8'))
  return {
    ...{ api, cosmos, pids, readyMs, settings },
    async [Symbol.asyncDispose]() {
      await stop(child)
      if (dataDir === undefined) await rm(data, { recursive: true, force: true })
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Resident memory of a process, MB. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}
