// For compose.yaml: creates database, containers and queues in whatever emulators the settings name, as `npm start` does in
// its own. They may need a while to start.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const task = {
  plan: file('../containers.json'),
  cosmos: process.env.Cosmos ?? '',
  storage: process.env.AzureWebJobsStorage ?? '',
}
const TRIES = 60

async function provision(): Promise<boolean> {
  const child = fork(file('../../local/provision.ts'))
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
