// The process Azurite runs in: the package's own blob and queue servers and nothing else of it.
// Speaks to the parent over IPC, stops when told to, and also when the parent is gone. Bundled by `bundle.ts`.
import { join } from 'node:path'
import blobConfiguration from 'azurite/dist/src/blob/BlobConfiguration.js'
import blobServer from 'azurite/dist/src/blob/BlobServer.js'
import queueConfiguration from 'azurite/dist/src/queue/QueueConfiguration.js'
import queueServer from 'azurite/dist/src/queue/QueueServer.js'
import type { AzuriteSettings } from './settings.ts'

function argumentsFor(service: 'blob' | 'queue', settings: AzuriteSettings): ConfigurationArguments {
  const file = (name: string): string => join(settings.dataDir ?? '', name)
  return [
    settings.host,
    service === 'blob' ? settings.blobPort : settings.queuePort,
    undefined,
    file(`__azurite_db_${service}__.json`),
    file(`__azurite_db_${service}_extent__.json`),
    [{ locationId: 'Default', locationPath: file(`__${service}storage__`), maxConcurrency: 50 }],
    false,
    undefined,
    false,
    undefined,
    false, // not loose: what Azurite does not support is an error
    true, // no API version check: newer SDKs send versions it does not list
    '',
    '',
    '',
    undefined,
    false,
    settings.dataDir === undefined,
  ]
}

// Written by the other half of this module, `server.ts`.
const settings = JSON.parse(process.argv[2] ?? '') as AzuriteSettings
const servers = settings.services.map((service) => {
  const args = argumentsFor(service, settings)
  const server =
    service === 'blob'
      ? new blobServer.default(new blobConfiguration.default(...args))
      : new queueServer.default(new queueConfiguration.default(...args))
  return { service, server }
})

let isStopping = false
async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  await Promise.allSettled(servers.map(({ server }) => server.close()))
  process.exit(0)
}
// Without this, Node would print the one long line of the bundle that threw.
process.on('uncaughtException', (error) => {
  process.stderr.write(`Azurite: ${error.stack}\n`)
  process.exit(1)
})
// Ctrl-C reaches the whole process group; the parent decides when this process ends.
process
  .on('SIGINT', () => {})
  .once('SIGTERM', stop)
  .once('disconnect', stop)

Promise.all(servers.map(({ server }) => server.start())).then(
  () => {
    const addresses = servers.map(({ service, server }) => [service, server.getHttpServerAddress()])
    process.send?.({ ready: Object.fromEntries(addresses) })
  },
  (error: NodeJS.ErrnoException & { port?: number }) => {
    process.send?.({ failed: error.message, code: error.code, port: error.port }, () => process.exit(1))
  },
)
