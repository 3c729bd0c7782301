// What the emulators' benchmarks share: calls per second, and an emulator in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const WARM_UP_MS = 300
const MEASURE_MS = 1500

/** Repeats the call for a while, `width` at a time, and prints calls per second with the median and the 99th percentile of one. */
export async function rate(
  name: string,
  width: number,
  call: (i: number) => unknown,
  measureMs = MEASURE_MS,
): Promise<void> {
  let next = 0
  const during = async (ms: number): Promise<number[]> => {
    const times: number[] = []
    const end = performance.now() + ms
    const worker = async (): Promise<void> => {
      for (let at = performance.now(); at < end; ) {
        await call(next++)
        const now = performance.now()
        times.push(now - at)
        at = now
      }
    }
    await Promise.all(Array.from({ length: width }, worker))
    return times
  }
  await during(WARM_UP_MS)
  const started = performance.now()
  const times = (await during(measureMs)).sort((a, b) => a - b)
  const perSecond = Math.round((times.length / (performance.now() - started)) * 1000)
  const at = (share: number): string =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(3)
  console.log(
    `${`${name}, ${width} at a time`.padEnd(58)}${String(perSecond).padStart(8)}/s   p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`,
  )
}

export interface Spawned extends AsyncDisposable {
  /** What its ready line says. */
  ready: Record<string, unknown> & { url: string }
  stop(): Promise<void>
}

/** Starts `emulators/main.ts <args>` and waits for its ready line. */
export async function spawnEmulator(...args: string[]): Promise<Spawned> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`emulators/main.ts ${args[0]} ended with ${code}.`))),
  ])) as [string]
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  return { ready: JSON.parse(line) as Spawned['ready'], stop, [Symbol.asyncDispose]: stop }
}
