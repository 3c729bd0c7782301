// The official SDKs, pointed at an emulator.
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import {
  WebPubSubClient,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
} from '@azure/web-pubsub-client'
import type { WebPubSub } from '../../server.ts'

export const serviceClient = (emulator: WebPubSub, hub = 'chat'): WebPubSubServiceClient =>
  new WebPubSubServiceClient(emulator.connectionString, hub, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  })

/** A client that trusts the certificate of an emulator with TLS. */
export const trustedClient = (emulator: WebPubSub, hub = 'chat'): WebPubSubServiceClient =>
  new WebPubSubServiceClient(emulator.connectionString, hub, { tlsOptions: { ca: emulator.ca ?? '' } })

export interface Claims {
  userId?: string
  roles?: string[]
  groups?: string[]
}

/** The URL a client connects with, token included, minted by the SDK. */
export async function clientUrl(emulator: WebPubSub, claims: Claims = {}, hub = 'chat'): Promise<string> {
  return (await serviceClient(emulator, hub).getClientAccessToken(claims)).url
}

export interface SdkClient extends Disposable {
  client: WebPubSubClient
  connectionId: string
  /** Group and server messages in the order they came. */
  messages: { from: 'group' | 'server'; data: unknown; dataType: string; sequenceId: number | undefined }[]
  /** Resolves when that many messages have come. */
  received(count: number): Promise<void>
}

/** An SDK client that has seen its `connected` message. */
export async function connectSdk(
  emulator: WebPubSub,
  claims: Claims = {},
  protocol: 'json' | 'reliable' = 'reliable',
): Promise<SdkClient> {
  const client = new WebPubSubClient(
    { getClientAccessUrl: () => clientUrl(emulator, claims) },
    {
      protocol: protocol === 'json' ? WebPubSubJsonProtocol() : WebPubSubJsonReliableProtocol(),
      messageRetryOptions: { maxRetries: 0 },
      keepAliveIntervalInMs: 0,
      keepAliveTimeoutInMs: 0,
      autoReconnect: false,
    },
  )
  const messages: SdkClient['messages'] = []
  const watchers = new Set<() => void>()
  const record = (
    from: 'group' | 'server',
    message: { data: unknown; dataType: string; sequenceId?: number },
  ): void => {
    messages.push({ from, data: message.data, dataType: message.dataType, sequenceId: message.sequenceId })
    for (const check of watchers) check()
  }
  client.on('group-message', ({ message }) => record('group', message))
  client.on('server-message', ({ message }) => record('server', message))
  const connected = new Promise<string>((resolve) =>
    client.on('connected', (event) => resolve(event.connectionId)),
  )
  await client.start()
  return {
    client,
    connectionId: await connected,
    messages,
    received: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (messages.length < count) return
          watchers.delete(check)
          resolve()
        }
        watchers.add(check)
        check()
      }),
    [Symbol.dispose]: () => client.stop(),
  }
}
