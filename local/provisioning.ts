// The supervisor's side of `provision.ts`: its process starts loading the SDKs while the emulators start.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import * as z from 'zod'
import type { Bundle } from './bundles.ts'

export interface Provisioner extends AsyncDisposable {
  /** Creates what is absent. `plan` is the path of infra/containers.json. @throws Error saying what failed */
  run(task: { plan: string; cosmos: string; storage: string }): Promise<void>
}

const answer = z.union([z.object({ done: z.literal(true) }), z.object({ failed: z.string() })])

/** Starts the process. */
export function startProvisioner(bundle: Bundle): Provisioner {
  const child = fork(bundle.provision, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
    env: { ...process.env, NODE_COMPILE_CACHE: bundle.compileCache },
  })
  return {
    async run(task) {
      child.send(task)
      const result = await Promise.race([
        once(child, 'message').then(([message]) => answer.parse(message)),
        once(child, 'exit').then(([code]) => ({ failed: `its process ended with exit code ${code}` })),
      ])
      if ('failed' in result) throw new Error(`Creating containers and queues failed: ${result.failed}`)
    },
    [Symbol.asyncDispose]: () => end(child),
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
