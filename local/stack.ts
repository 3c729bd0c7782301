// The local stack: starts every part in parallel, waits where one needs another, and stops them in reverse order.
// The functions host runs the very bundle that is deployed; what is local is in the settings and nowhere else.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startAi } from '../emulators/ai/server.ts'
import { startAzurite } from '../emulators/azurite/server.ts'
import { createLog } from '../emulators/kit/log.ts'
import { startWebPubSub } from '../emulators/web-pubsub/server.ts'
import type { Bundle } from './bundles.ts'
import { lock } from './lock.ts'
import { choosePorts, requireFree } from './ports.ts'
import { type Part, startEmulator } from './process.ts'
import { startProvisioner } from './provisioning.ts'
import { type Account, seedOnce } from './seed/once.ts'
import { appSettings, isReplaced, readOwnSettings } from './settings.ts'
import { signingKeys } from './signing-keys.ts'

export interface StackOptions {
  /** First of the ports in a row; 0 any free ones; absent Microsoft's own. */
  portBase: number | undefined
  dataDir: string
  /** The folder the functions host loads; absent: a bundle built from the sources now. */
  app: string | undefined
  /** Without a functions host; `npm run func` brings one. */
  hasHost: boolean
  /** Keys that sign come from a vault; one of the developer's own takes its place. */
  hasVault: boolean
  isVerbose: boolean
  bundle: Bundle
  warn(text: string): void
}

export interface Stack {
  api: string
  webPubSub: string
  cosmos: string
  cosmosKey: string
  blob: string
  queue: string
  storage: string
  ai: string
  keyVault: string
  /** Where the vault's callers get their tokens. */
  identity: string
  dataDir: string
  pids: Record<string, number>
  accounts: Account[]
  hasHost: boolean
  /** In words, when a part has ended that nobody stopped. */
  ended: Promise<string>
}

/** The public key of Microsoft's emulator: https://learn.microsoft.com/azure/cosmos-db/emulator */
const COSMOS_KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='
/** The feed follows a write as closely as polls every 100 ms would on average. */
const FEED_WAKE_MS = 50
const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Brings everything up. Each part is handed to `parts` as soon as it exists, so that disposing of `parts` at any moment
 * stops all there is.
 * @throws Error that says which part, port or setting is at fault
 */
export async function startStack(options: StackOptions, parts: AsyncDisposableStack): Promise<Stack> {
  const { dataDir, hasHost, bundle } = options
  await mkdir(dataDir, { recursive: true })
  parts.use(await lock(dataDir))
  const own = await readOwnSettings(join(root, 'local.settings.json'))
  const ports = await choosePorts(options.portBase)
  const ours = {
    cosmos: !isReplaced(own, 'Cosmos'),
    webPubSub: !isReplaced(own, 'WebPubSub'),
    storage: !isReplaced(own, 'AzureWebJobsStorage'),
    keyVault: options.hasVault && !isReplaced(own, 'KEY_VAULT_URI'),
  }
  await requireFree({
    ai: ports.ai,
    ...(hasHost && { api: ports.api }),
    ...(ours.cosmos && { cosmos: ports.cosmos }),
    ...(ours.webPubSub && { webPubSub: ports.webPubSub }),
    ...(ours.storage && { blob: ports.blob, queue: ports.queue }),
    ...(ours.keyVault && { keyVault: ports.keyVault, identity: ports.identity }),
  })

  const api = `http://127.0.0.1:${ports.api}/api`
  const level = options.isVerbose ? 'info' : 'error'
  const emulator = (name: string, args: string[]): Part => parts.use(startEmulator(name, args, bundle))
  const cosmos = ours.cosmos
    ? emulator('The Cosmos DB emulator', cosmosArguments(ports.cosmos, join(dataDir, 'cosmos'), level))
    : undefined
  const provisioner = parts.use(startProvisioner(bundle))
  const [azurite, webPubSub, ai, vault, app] = await Promise.all([
    ours.storage
      ? startAzurite({
          blobPort: ports.blob,
          queuePort: ports.queue,
          dataDir: join(dataDir, 'azurite'),
        }).then((it) => parts.use(it))
      : undefined,
    ours.webPubSub
      ? startWebPubSub({
          port: ports.webPubSub,
          hubs: hubs(`${api}/events`),
          log: createLog('web-pubsub', level),
        }).then((it) => parts.use(it))
      : undefined,
    startAi({ port: ports.ai, log: level, pace: { firstTokenMs: 150, chunkDelayMs: 30 } }).then((it) =>
      parts.use(it),
    ),
    ours.keyVault
      ? import('./vault.ts')
          .then(({ startVault }) =>
            startVault({ port: ports.keyVault, identityPort: ports.identity, dataDir, log: level }, () =>
              signingKeys(dataDir),
            ),
          )
          .then((it) => parts.use(it))
      : undefined,
    hasHost ? (options.app ?? buildApp(join(dataDir, 'app'))) : '',
  ])

  const cosmosUrl = (await cosmos?.ready)?.url ?? ''
  const settings = appSettings(
    {
      api,
      webPubSub: webPubSub?.connectionString ?? '',
      cosmos: `AccountEndpoint=${cosmosUrl};AccountKey=${COSMOS_KEY};`,
      storage: azurite?.connectionString ?? '',
      ai: ai.url,
      keys: vault?.settings ?? { SIGNING_KEYS: await signingKeys(dataDir) },
    },
    own,
  )
  const settingsFile = join(dataDir, 'app-settings.json')
  await writeFile(settingsFile, JSON.stringify(settings, null, 2), { mode: 0o600 })
  await provisioner.run({
    plan: join(root, 'infra/containers.json'),
    cosmos: settings.Cosmos ?? '',
    storage: settings.AzureWebJobsStorage ?? '',
  })

  if (hasHost) {
    // In this process, beside the sockets that it serves: one process less to hold, one hop less per message.
    const { startFunctionsHost } = await import('../emulators/functions-host/server.ts')
    const hostData = join(dataDir, 'functions-host')
    const host = {
      app,
      port: ports.api,
      // The host knows what it has written itself: with that, frequent polls of a feed at rest find nothing.
      settings: { ...settings, FEED_POLL_DELAY_MS: own.values.FEED_POLL_DELAY_MS ?? '1000' },
      feedWakeMs: FEED_WAKE_MS,
      dataDir: hostData,
      cors: own.cors ?? '*',
      log: level,
    } as const
    parts.use(await startFunctionsHost(host))
  }
  return {
    api,
    webPubSub: webPubSub?.url ?? '',
    cosmos: cosmosUrl,
    cosmosKey: COSMOS_KEY,
    blob: azurite?.blobUrl ?? '',
    queue: azurite?.queueUrl ?? '',
    storage: azurite?.connectionString ?? '',
    ai: ai.url,
    keyVault: vault?.url ?? '',
    identity: vault?.identityUrl ?? '',
    dataDir,
    hasHost,
    pids: {
      supervisor: process.pid,
      ...(cosmos && { cosmos: cosmos.pid }),
      ...(azurite && { azurite: azurite.pid }),
    },
    accounts: hasHost ? await seedOnce(api, dataDir, options.warn) : [],
    ended: Promise.race([
      ...(cosmos ? [cosmos.ended] : []),
      ...(azurite ? [azurite.exited.then((code) => `Azurite ended with exit code ${code}`)] : []),
    ]),
  }
}

const cosmosArguments = (port: number, data: string, level: string): string[] => [
  'cosmos',
  ...['--port', String(port), '--data', data, '--consistency', 'Strong', '--log', level],
]

const hubs = (urlTemplate: string) => ({
  chat: {
    eventHandlers: [
      {
        urlTemplate,
        userEventPattern: '*',
        systemEvents: ['connect' as const, 'connected' as const, 'disconnected' as const],
      },
    ],
  },
})

async function buildApp(folder: string): Promise<string> {
  const { build } = await import('./build.ts')
  await build(folder)
  return folder
}
