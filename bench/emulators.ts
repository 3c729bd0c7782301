// The emulators by themselves: what each does per second through its SDK, and the same in its core, without the wire.
// Each `emulators/<name>/bench.ts` is run in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'

/** What is asked of one: a million documents, fifty subscribers and four hundred messages. */
const ARGUMENTS: Record<string, string[]> = {
  cosmos: ['1000000'],
  'web-pubsub': ['50', '400'],
}

/** @throws Error naming the bench that failed, after the others have run. */
export async function benchEmulators(): Promise<void> {
  const failed: string[] = []
  for (const file of globSync('emulators/*/bench.ts').sort()) {
    const name = file.split('/')[1]!
    if (name === 'kit') continue
    const args = [file, ...(ARGUMENTS[name] ?? [])]
    console.log(`\nnode ${args.join(' ')}`)
    const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')
    if (code !== 0) failed.push(name)
  }
  if (failed.length > 0) throw new Error(`These benches failed: ${failed.join(', ')}.`)
}
