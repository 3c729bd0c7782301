// For compose.yaml: creates database, containers and queues in whatever emulators the settings name, as `npm start` does in
// its own. They may need a while to start.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stackBundle } from '../../local/bundles.ts'

const bundle = await stackBundle()
const task = {
  plan: fileURLToPath(new URL('../containers.json', import.meta.url)),
  cosmos: process.env.Cosmos ?? '',
  storage: process.env.AzureWebJobsStorage ?? '',
}
const TRIES = 60

async function provision(): Promise<boolean> {
  const child = fork(bundle.provision)
  child.on('message', (message) => console.log(JSON.stringify(message)))
  child.send(task)
  const [code] = await once(child, 'exit')
  return code === 0
}

let done = await provision()
for (let tries = 1; !done && tries < TRIES; tries++) {
  await sleep(2_000)
  done = await provision()
}
process.exit(done ? 0 : 1)
