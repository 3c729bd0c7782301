// The whole product on free ports: emulators, storage and as many hosts as asked for, each a process of its own.
import { generateKeyPairSync } from 'node:crypto'
import { type AiEmulator, startAi } from '../../emulators/ai/server.ts'
import { type Azurite, startAzurite } from '../../emulators/azurite/server.ts'
import { type Cosmos, startCosmos } from '../../emulators/cosmos/server.ts'
import { type SpawnedHost, spawnFunctionsHost } from '../../emulators/functions-host/spawn.ts'
import { startWebPubSub, type WebPubSub } from '../../emulators/web-pubsub/server.ts'
import { type Person, register } from './person.ts'
import { provision } from './provision.ts'

export interface World extends AsyncDisposable {
  cosmos: Cosmos
  webPubSub: WebPubSub
  ai: AiEmulator
  azurite: Azurite
  hosts: SpawnedHost[]
  /** Base URLs of the hosts' APIs. */
  apis: string[]
  settings: Record<string, string>
  addHost(settings?: Record<string, string>): Promise<SpawnedHost>
  register(name: string): Promise<Person>
}

export interface WorldOptions {
  hosts?: number
  /** How long a queue hides what a host has taken. */
  queueLockMs?: number
  settings?: Record<string, string>
}

/** Brings everything up. The sockets' events go to the first host. */
export async function startWorld({
  hosts = 1,
  settings: more = {},
  queueLockMs,
}: WorldOptions = {}): Promise<World> {
  const [cosmos, azurite, ai, webPubSub] = await Promise.all([
    startCosmos({ port: 0, account: { consistency: 'Strong' } }),
    startAzurite(),
    startAi(),
    startWebPubSub({ port: 0 }),
  ])
  const { connectionString: storageConnectionString } = azurite
  await provision(cosmos.connectionString, storageConnectionString)
  const settings: Record<string, string> = {
    Cosmos: cosmos.connectionString,
    COSMOS_DATABASE: 'parley',
    WebPubSub: webPubSub.connectionString,
    WEB_PUBSUB_HUB: 'chat',
    AzureWebJobsStorage: storageConnectionString,
    SIGNING_KEYS: signingKeys(),
    ISSUER: 'http://parley.test',
    BOTS: '[{"botId":"assistant","displayName":"Assistant","provider":"gemini","model":"gemini-test"}]',
    GEMINI_API_KEY: 'local',
    GEMINI_BASE_URL: ai.url,
    FEED_POLL_DELAY_MS: '50',
    RATE_PER_SECOND: '0',
    SEARCH_RATE_PER_SECOND: '0',
    SYNC_RATE_PER_SECOND: '0',
    RESCUE_SCHEDULE: '* * * * * *',
    RESCUE_AFTER_MS: '2000',
    AzureFunctionsJobHost__singleton__listenerLockRecoveryPollingInterval: '00:00:00.200',
    AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.100',
    ...more,
  }
  const running: SpawnedHost[] = []
  const world: World = {
    cosmos,
    webPubSub,
    ai,
    azurite,
    hosts: running,
    apis: [],
    settings,
    async addHost(extra = {}) {
      const host = await spawnFunctionsHost({
        app: APP,
        port: 0,
        settings: { ...settings, ...extra },
        ...(queueLockMs !== undefined && { queueLockMs }),
        leases: { acquireMs: 500, renewMs: 1_000, expirationMs: 3_000 },
      })
      running.push(host)
      world.apis.push(`${host.url}/api`)
      return host
    },
    register: (name) => register(world.apis, name),
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((host) => host.close()))
      await Promise.all([webPubSub.close(), ai.close(), azurite.close()])
      await cosmos.close()
    },
  }
  await Promise.all(Array.from({ length: hosts }, () => world.addHost()))
  serveSockets(world, 0, ['connect', 'connected', 'disconnected'])
  return world
}

type SystemEvent = 'connect' | 'connected' | 'disconnected'

/** The sockets' events go to this host; those that end are nobody's business, unless told otherwise. */
export function serveSockets(
  world: Pick<World, 'apis' | 'webPubSub'>,
  host: number,
  systemEvents: SystemEvent[] = ['connect', 'connected'],
): void {
  const urlTemplate = `${world.apis[host]}/events`
  world.webPubSub.setHub('chat', { eventHandlers: [{ urlTemplate, userEventPattern: '*', systemEvents }] })
}

/** What Jest built before the first test: the very bundle that deploys. */
const APP = process.env.PARLEY_TEST_APP ?? process.cwd()

function signingKeys(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test-1', alg: 'ES256' }] })
}
