// Works one partition: runs the function on what arrives, in order, and checkpoints every so many batches. As in Azure a batch
// is done when its invocation has ended, failed or not, once retries are used up; what a stop interrupts is delivered again.
import { randomUUID } from 'node:crypto'
import type { ReceivedEventData } from '@azure/event-hubs'
import { pause } from '../../../kit/clock.ts'
import type { EventHubsConfig } from '../../app/event-hubs-config.ts'
import { withRetry } from '../retry.ts'
import type { TriggerParts } from '../trigger.ts'
import { dataOf, metadataOf, type PartitionContext, type Shape } from './event-data.ts'

/** With checkpoints every so many batches, one is written after this long without events. */
const IDLE_CHECKPOINT_MS = 600_000

export interface Partition {
  /** Takes events as they arrive, also none at all; resolves when more may come. Never rejects. */
  take(events: readonly ReceivedEventData[]): Promise<void>
  /** No invocation begins after this. */
  end(): void
  /** Ends, waits for what runs, and checkpoints what is done, unless the partition is another host's already. */
  close(isLost: boolean): Promise<void>
}

export interface PartitionParts extends TriggerParts {
  config: EventHubsConfig
  shape: Shape
  context: Omit<PartitionContext, 'isCheckpointingAfterInvocation'>
  /** When the checkpoint was written that reading goes on from; undefined when there was none. */
  lastCheckpoint: number | undefined
  save(event: ReceivedEventData): Promise<void>
}

export function startPartition(parts: PartitionParts): Partition {
  const { config, shape, context, target, bindingName, invoke, clock, log, faults } = parts
  const { name } = target.metadata
  const ending = new AbortController()
  const held: ReceivedEventData[] = []
  let batches = 0
  let isFirst = true
  let done: ReceivedEventData | undefined
  let lastArrival = clock.now()
  let timer: AbortController | undefined
  let work = Promise.resolve()

  const isCheckpointing = (): boolean => batches >= config.batchCheckpointFrequency
  const checkpoint = async (event: ReceivedEventData): Promise<void> => {
    try {
      faults.step(`eventhub.${name}`, 'before-checkpoint')
      await parts.save(event)
      faults.step(`eventhub.${name}`, 'after-checkpoint')
      batches = 0
    } catch (error) {
      // The next one stands for this one too.
      log('error', 'checkpoint', { function: name, partition: context.partitionId, error: String(error) })
    }
  }

  const invokeWith = async (events: readonly ReceivedEventData[]): Promise<void> => {
    const isCheckpointingAfterInvocation = isCheckpointing()
    const triggerMetadata = metadataOf(events, shape, { ...context, isCheckpointingAfterInvocation })
    const inputData = [{ name: bindingName, data: dataOf(events, shape) }]
    await withRetry(parts, ending.signal, (retryContext) =>
      invoke(target, { invocationId: randomUUID(), inputData, triggerMetadata, retryContext }),
    )
    isFirst = false
    done = events.at(-1)
  }

  /** One batch: as one invocation, or one for each event. */
  const run = async (events: readonly ReceivedEventData[]): Promise<void> => {
    if (ending.signal.aborted) return
    batches++
    if (shape.cardinality === 'many') await invokeWith(events)
    else {
      for (const event of events) if (!ending.signal.aborted) await invokeWith([event])
    }
    if (!ending.signal.aborted && done && isCheckpointing()) await checkpoint(done)
  }

  /** The first batch of a partition does not wait as if its host had been there all the time. */
  const waitTime = (): number => {
    if (!isFirst) return config.maxWaitTime
    if (parts.lastCheckpoint === undefined) return 0
    const since = Math.max(0, clock.now() - parts.lastCheckpoint)
    return Math.max(0, config.maxWaitTime - since)
  }
  /** Runs what is held when the time is over, however little it is. */
  const watch = async (over: AbortController): Promise<void> => {
    await pause(clock, waitTime(), AbortSignal.any([over.signal, ending.signal]))
    if (over.signal.aborted || ending.signal.aborted) return
    work = work.then(async () => {
      if (over.signal.aborted) return
      timer = undefined
      await run(held.splice(0, config.maxEventBatchSize))
    })
  }

  /** Holds events back until there are enough for a batch. */
  const gather = async (events: readonly ReceivedEventData[]): Promise<void> => {
    held.push(...events)
    if (held.length >= config.minEventBatchSize) {
      timer?.abort()
      timer = undefined
      await run(held.splice(0, config.maxEventBatchSize))
    }
    if (held.length === 0 || timer) return
    timer = new AbortController()
    log('debug', 'events-held', { function: name, partition: context.partitionId, events: held.length })
    void watch(timer)
  }

  const accept = async (events: readonly ReceivedEventData[]): Promise<void> => {
    if (events.length === 0) {
      const isIdle = clock.now() - lastArrival >= IDLE_CHECKPOINT_MS
      if (isIdle && config.batchCheckpointFrequency > 1 && batches > 0 && done) await checkpoint(done)
      return
    }
    lastArrival = clock.now()
    const isGathering = shape.cardinality === 'many' && config.minEventBatchSize > 1
    await (isGathering ? gather(events) : run(events))
  }

  return {
    take(events) {
      work = work.then(() => accept(events))
      return work
    },
    end: () => ending.abort(),
    async close(isLost) {
      ending.abort()
      await work
      if (!isLost && config.batchCheckpointFrequency > 1 && batches > 0 && done) await checkpoint(done)
    },
  }
}
