// One folder for all that a process and its children put into the system's temporary folder. It goes when the process ends,
// also by a signal; what `kill -9` left goes with the next one that is made.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
/** Short: a socket's path may have about a hundred characters, and some systems begin it with fifty. */
const NAME = /^parley-(\d+)-\w{6}$/

/** From here on `tmpdir()` is the new folder, in this process and in those that it starts. @returns its path */
export function makeTemporaryRoot(): string {
  const system = tmpdir()
  for (const name of readdirSync(system)) {
    const owner = NAME.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) remove(join(system, name))
  }
  const root = mkdtempSync(join(system, `parley-${process.pid}-`))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = root
  process.once('exit', () => remove(root))
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      remove(root)
      process.kill(process.pid, signal)
    })
  }
  return root
}

/** Somebody may still be writing there: whatever cannot be removed now is removed by the next. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
  } catch {}
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
