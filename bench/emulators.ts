// The emulators by themselves: what each does per second through its SDK, on the wire and without it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const BENCHES = [
  ['emulators/cosmos/bench.ts', '1000000'],
  ['emulators/web-pubsub/bench.ts', '50', '400'],
]

export async function benchEmulators(): Promise<void> {
  for (const args of BENCHES) {
    console.log(`\n${args.join(' ')}`)
    await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')
  }
}
