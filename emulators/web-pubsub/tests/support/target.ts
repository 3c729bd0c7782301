// What the conformance tests run against: the emulator, and the real service where its connection string is given in
// WEB_PUBSUB_CONNECTION_STRING. Hub, groups and users get names of their own, so that runs do not meet.
import { randomUUID } from 'node:crypto'
import { env } from 'node:process'
import { type GenerateClientTokenOptions, WebPubSubServiceClient } from '@azure/web-pubsub'
import { startWebPubSub } from '../../server.ts'

export interface Target extends AsyncDisposable {
  service: WebPubSubServiceClient
  /** A client URL, token included. */
  url(claims?: GenerateClientTokenOptions): Promise<string>
  /** A name nobody else uses. */
  unique(prefix: string): string
}

const connectionString = env.WEB_PUBSUB_CONNECTION_STRING

export const REAL_SERVICE_GIVEN = connectionString !== undefined && connectionString !== ''

export const targets: { name: string; start(): Promise<Target> }[] = [
  {
    name: 'emulator',
    async start() {
      const emulator = await startWebPubSub({ port: 0 })
      return connect(emulator.connectionString, () => emulator.close())
    },
  },
]
if (REAL_SERVICE_GIVEN) {
  targets.push({ name: 'real service', start: async () => connect(connectionString!, async () => {}) })
}

function connect(connection: string, close: () => Promise<void>): Target {
  const service = new WebPubSubServiceClient(connection, 'conformance', { allowInsecureConnection: true })
  return {
    service,
    url: async (claims) => (await service.getClientAccessToken(claims)).url,
    unique: (prefix) => `${prefix}-${randomUUID()}`,
    [Symbol.asyncDispose]: close,
  }
}
