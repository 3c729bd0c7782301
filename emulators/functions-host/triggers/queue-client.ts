// Storage queues as the host uses them: clients by connection string and name, the text encoding of host.json, and a note
// to the pollers of this process when something will be in their queue that the process itself has put there: so an
// interval between polls may be long and nothing waits for it.
import type { QueueClient } from '@azure/storage-queue'
import { type Clock, systemClock } from '../../kit/clock.ts'
import type { HostConfig } from '../app/host-config.ts'

export interface Queues {
  client(connectionString: string, queueName: string): Promise<QueueClient>
  /** Sends one message, encoded as host.json says; creates the queue when it is not there. */
  send(client: QueueClient, body: string | Uint8Array): Promise<void>
  /** Sends a message text as it is; creates the queue when it is not there. */
  sendText(client: QueueClient, text: string): Promise<void>
  /** Says that a message of the queue can be received in `ms`: one that is shown again. */
  expect(client: QueueClient, ms: number): void
  /** The message's bytes; undefined when the text is not valid in the configured encoding. */
  decode(text: string): Buffer | undefined
  /** Calls back when there should be a message, by what this process has done. Returns how to stop that. */
  onMessage(client: QueueClient, callback: () => void): () => void
}

export function createQueues(config: HostConfig['queues'], clock: Clock = systemClock): Queues {
  const watchers = new Map<string, Set<() => void>>()
  const clients = new Map<string, QueueClient>()
  const base64 = config.messageEncoding === 'base64'
  const tell = (client: QueueClient): void => {
    for (const callback of watchers.get(client.url) ?? []) callback()
  }
  const sendTextAndTell = async (client: QueueClient, text: string): Promise<void> => {
    await sendText(client, text)
    tell(client)
  }
  return {
    sendText: sendTextAndTell,
    async client(connectionString, queueName) {
      const key = `${queueName}\n${connectionString}`
      const known = clients.get(key)
      if (known) return known
      const { QueueServiceClient } = await import('@azure/storage-queue')
      const service = QueueServiceClient.fromConnectionString(connectionString, {
        retryOptions: { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1_000 },
      })
      const client = service.getQueueClient(queueName)
      clients.set(key, client)
      return client
    },
    async send(client, body) {
      const bytes = Buffer.from(body)
      const text = base64 ? bytes.toString('base64') : bytes.toString('utf8')
      await sendTextAndTell(client, text)
    },
    expect(client, ms) {
      if (ms === 0) tell(client)
      else clock.after(ms, () => tell(client))
    },
    decode(text) {
      if (!base64) return Buffer.from(text)
      if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
      return Buffer.from(text, 'base64')
    },
    onMessage(client, callback) {
      const set = watchers.get(client.url) ?? new Set()
      watchers.set(client.url, set.add(callback))
      return () => set.delete(callback)
    },
  }
}

async function sendText(client: QueueClient, text: string): Promise<void> {
  try {
    await client.sendMessage(text)
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error
    await client.createIfNotExists()
    await client.sendMessage(text)
  }
}
