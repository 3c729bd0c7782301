// The Event Hubs trigger: the official client shares the partitions among the hosts and reads them, ownership and checkpoints
// lie in blobs of the app's storage. A hub or a storage that is away is waited for; the host goes on without.
import { randomUUID } from 'node:crypto'
import {
  EventHubConsumerClient,
  type ReceivedEventData,
  type SubscriptionEventHandlers,
} from '@azure/event-hubs'
import { BlobServiceClient } from '@azure/storage-blob'
import * as z from 'zod'
import { pause, systemClock } from '../../../kit/clock.ts'
import type { EventHubsConfig } from '../../app/event-hubs-config.ts'
import { findConnection, resolveSettings } from '../../app/settings.ts'
import { createBackoff } from '../backoff.ts'
import type { Trigger, TriggerParts } from '../trigger.ts'
import { type Checkpoints, CONTAINER, createCheckpoints } from './checkpoints.ts'
import { type HubConnection, hubConnection } from './connection.ts'
import type { Shape } from './event-data.ts'
import { type Partition, startPartition } from './partition.ts'

/** How long the start of the host waits for the first look at the hub. */
const FIRST_LOOK_MS = 3_000

/** The client sees that a connection is lost when it reads again: a read that goes on would not end by it. */
const LONGEST_READ_S = 2

const text = z.string().min(1).transform(resolveSettings)
const bindingSchema = z.looseObject({
  connection: z.string().min(1),
  eventHubName: text,
  consumerGroup: text.default('$Default'),
  cardinality: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['one', 'many']))
    .default('one'),
  dataType: z.string().toLowerCase().default('string'),
})

/** @throws Error when the binding is wrong, or a setting is missing. */
export async function startEventHub(parts: TriggerParts, config: EventHubsConfig): Promise<Trigger> {
  const { target, clock, log } = parts
  const { name } = target.metadata
  const parsed = bindingSchema.safeParse(parts.binding)
  if (!parsed.success) throw new Error(`its eventHubTrigger is not valid: ${z.prettifyError(parsed.error)}`)
  const { connection, eventHubName, consumerGroup, cardinality, dataType } = parsed.data
  const shape: Shape = { cardinality, binary: dataType === 'binary' }
  const hub = hubConnection(connection, eventHubName)
  const storage = findConnection('Storage')
  if (storage === undefined) {
    throw new Error('its checkpoints are blobs: the app setting "AzureWebJobsStorage" is missing.')
  }
  const container = BlobServiceClient.fromConnectionString(storage, {
    retryOptions: { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1_000 },
  }).getContainerClient(CONTAINER)
  const owner = randomUUID()
  const checkpoints = createCheckpoints(container, owner)
  const client = await openClient(hub, consumerGroup, checkpoints, owner, config)
  const stopping = new AbortController()
  const partitions = new Map<string, Partition>()
  let away = false

  const complain = (event: string, error: unknown, fields: Record<string, unknown> = {}): void => {
    log(away ? 'debug' : 'error', event, { function: name, ...fields, error: reasonOf(error) })
    away = true
  }
  const handlers: SubscriptionEventHandlers = {
    async processInitialize(partition) {
      const { fullyQualifiedNamespace, partitionId } = partition
      const context = { fullyQualifiedNamespace, eventHubName: hub.hub, consumerGroup, partitionId }
      const lastCheckpoint = checkpoints.lastWritten(partitionId)
      const save = (event: ReceivedEventData) => partition.updateCheckpoint(event)
      partitions.set(partitionId, startPartition({ ...parts, config, shape, context, lastCheckpoint, save }))
      log('info', 'partition-acquired', { function: name, partition: partitionId })
    },
    async processEvents(events, { partitionId }) {
      away = false
      await partitions.get(partitionId)?.take(events)
    },
    async processError(error, { partitionId }) {
      // Another host has taken the partition: its end says so.
      if ((error as { code?: string }).code === 'ReceiverDisconnectedError') return
      complain('event-hub', error, partitionId === '' ? {} : { partition: partitionId })
    },
    async processClose(reason, { partitionId }) {
      const isLost = reason === 'OwnershipLost'
      const partition = partitions.get(partitionId)
      partitions.delete(partitionId)
      if (isLost) log('info', 'partition-lost', { function: name, partition: partitionId })
      await partition?.close(isLost)
    },
  }

  const looked = Promise.withResolvers<void>()
  const open = async (): Promise<ReturnType<typeof client.subscribe> | undefined> => {
    const backoff = createBackoff()
    while (!stopping.signal.aborted) {
      try {
        await container.createIfNotExists({ abortSignal: stopping.signal })
        await client.getPartitionIds({ abortSignal: stopping.signal })
        away = false
        return client.subscribe(handlers, {
          maxBatchSize: config.maxEventBatchSize,
          maxWaitTimeInSeconds: LONGEST_READ_S,
          prefetchCount: config.prefetchCount,
          startPosition: config.initialOffsetOptions,
          skipParsingBodyAsJson: true,
        })
      } catch (error) {
        if (stopping.signal.aborted) break
        complain('event-hub', error)
      } finally {
        looked.resolve()
      }
      await pause(clock, backoff.next(), stopping.signal)
    }
    return undefined
  }
  const opening = open()
  await Promise.race([looked.promise, pause(systemClock, FIRST_LOOK_MS, stopping.signal)])
  return {
    async stop() {
      stopping.abort()
      const running = [...partitions.values()]
      for (const partition of running) partition.end()
      const subscription = await opening
      // Partitions that cannot be given back now are free when they have expired.
      await subscription?.close().catch((error) => complain('event-hub-close', error))
      // The client does not wait for what runs.
      await Promise.all(running.map((partition) => partition.close(true)))
      await client.close().catch((error) => complain('event-hub-close', error))
    },
  }
}

/** A connection that fails on every address is an error without words. */
const reasonOf = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error)

async function openClient(
  hub: HubConnection,
  consumerGroup: string,
  checkpoints: Checkpoints,
  identifier: string,
  config: EventHubsConfig,
): Promise<EventHubConsumerClient> {
  const options = {
    identifier,
    retryOptions: config.clientRetryOptions,
    loadBalancingOptions: {
      strategy: 'greedy' as const,
      updateIntervalInMs: config.loadBalancingUpdateInterval,
      partitionOwnershipExpirationIntervalInMs: config.partitionOwnershipExpirationInterval,
    },
  }
  if ('namespace' in hub) {
    const credential = await hub.credential()
    return new EventHubConsumerClient(consumerGroup, hub.namespace, hub.hub, credential, checkpoints, options)
  }
  // The client refuses a name beside one in the connection string.
  const { connectionString } = hub
  return /(^|;)\s*EntityPath\s*=/i.test(connectionString)
    ? new EventHubConsumerClient(consumerGroup, connectionString, checkpoints, options)
    : new EventHubConsumerClient(consumerGroup, connectionString, hub.hub, checkpoints, options)
}
