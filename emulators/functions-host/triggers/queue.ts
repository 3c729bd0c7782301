// The Storage queue trigger: polls with a growing interval, runs a bounded number of messages at once, keeps each of them
// invisible while it runs, deletes it on success, shows it again on failure, and moves it to the poison queue at the end.
import { randomUUID } from 'node:crypto'
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue'
import { pause, systemClock } from '../../kit/clock.ts'
import type { TypedData } from '../app/core-types.ts'
import type { HostConfig } from '../app/host-config.ts'
import { resolveConnection, resolveSettings } from '../app/settings.ts'
import { createBackoff } from './backoff.ts'
import type { Queues } from './queue-client.ts'
import { keepInvisible, lockSeconds } from './queue-visibility.ts'
import { requiredText, type Trigger, type TriggerParts } from './trigger.ts'

const MINIMUM_POLL_MS = 100
/** How long the start of the host waits for the queue to be there and polled once. */
const FIRST_POLL_MS = 3_000

export interface QueueTriggerOptions {
  config: HostConfig['queues']
  queues: Queues
  /** How long a received message stays invisible before it must be renewed, in milliseconds (whole seconds). */
  lockMs: number
  /** Where messages end that keep failing; `<queue>-poison` unless told. */
  poisonQueue?: string
}

/** @throws Error when the queue's name or connection is missing. */
export async function startQueue(parts: TriggerParts, options: QueueTriggerOptions): Promise<Trigger> {
  const { target, binding, clock, log } = parts
  const { config, queues } = options
  const connection = resolveConnection(String(binding.connection || 'AzureWebJobsStorage'))
  const queueName = resolveSettings(requiredText(parts, 'queueName'))
  const client = await queues.client(connection, queueName)
  // A poison queue has none of its own: what fails there comes again when its lock runs out, so often, and then stays.
  const poison = queueName.endsWith('-poison')
    ? undefined
    : await queues.client(connection, options.poisonQueue ?? `${queueName}-poison`)
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const polled = Promise.withResolvers<void>()
  let wake = new AbortController()
  const unwatch = queues.onMessage(client, () => wake.abort())

  const receive = async (): Promise<DequeuedMessageItem[]> => {
    const { receivedMessageItems } = await client.receiveMessages({
      numberOfMessages: config.batchSize,
      visibilityTimeout: lockSeconds(options.lockMs),
      abortSignal: stopping.signal,
    })
    return receivedMessageItems
  }

  const poll = async (): Promise<void> => {
    const backoff = createBackoff()
    let misses = 0
    let created = false
    let away = false
    while (!stopping.signal.aborted) {
      if (running.size > config.newBatchThreshold) {
        await Promise.race(running)
        continue
      }
      wake = new AbortController()
      try {
        if (!created) await client.createIfNotExists({ abortSignal: stopping.signal })
        created = true
        const messages = await receive()
        polled.resolve()
        backoff.reset()
        away = false
        misses = messages.length > 0 ? 0 : misses + 1
        for (const message of messages) {
          const run = settle(parts, options, client, poison, message, stopping.signal)
            .catch((error) => log('error', 'queue-message', { queue: queueName, error: String(error) }))
            .finally(() => running.delete(run))
          running.add(run)
        }
        if (messages.length === 0) {
          await pause(
            clock,
            pollDelay(misses, config.maxPollingInterval),
            AbortSignal.any([stopping.signal, wake.signal]),
          )
        }
      } catch (error) {
        if (stopping.signal.aborted) return
        created = false
        polled.resolve()
        log(away ? 'debug' : 'error', 'queue-poll', {
          function: target.metadata.name,
          queue: queueName,
          error: String(error),
        })
        away = true
        await pause(clock, backoff.next(), stopping.signal)
      }
    }
  }

  const polling = poll()
  await Promise.race([polled.promise, pause(systemClock, FIRST_POLL_MS, stopping.signal)])
  return {
    async stop() {
      stopping.abort()
      unwatch()
      await polling
      await Promise.all(running)
    },
  }
}

/** Milliseconds to wait after so many empty polls in a row: doubling from 100 ms with 20 % of jitter. */
export function pollDelay(misses: number, maximum: number, random = Math.random): number {
  const grown = MINIMUM_POLL_MS * (2 ** Math.min(misses - 1, 20) - 1) * (0.8 + random() * 0.4)
  return Math.min(MINIMUM_POLL_MS + grown, Math.max(maximum, MINIMUM_POLL_MS))
}

/** Runs one message to its end: deleted, visible again, or in the poison queue. */
async function settle(
  { target, bindingName, invoke, clock, log, faults }: TriggerParts,
  { config, queues, lockMs }: QueueTriggerOptions,
  client: QueueClient,
  poison: QueueClient | undefined,
  message: DequeuedMessageItem,
  stopping: AbortSignal,
): Promise<void> {
  const { name } = target.metadata
  const bury = async (popReceipt: string): Promise<void> => {
    if (!poison) return log('error', 'queue-passed-over', { function: name, messageId: message.messageId })
    log('error', 'queue-poison', { function: name, messageId: message.messageId, queue: poison.name })
    await queues.sendText(poison, message.messageText)
    await client.deleteMessage(message.messageId, popReceipt)
  }
  const body = queues.decode(message.messageText)
  if (!body || message.dequeueCount > config.maxDequeueCount) return bury(message.popReceipt)

  const lock = keepInvisible(client, message, lockMs, clock, log)
  let succeeded = false
  try {
    const text = body.toString('utf8')
    const inputData = [{ name: bindingName, data: { string: text } }]
    await invoke(target, {
      invocationId: randomUUID(),
      inputData,
      triggerMetadata: metadataOf(message, text),
    })
    succeeded = true
  } catch {
    // The invocation has logged it; what is left to do is the message.
  }
  const popReceipt = await lock.release()
  if (succeeded) {
    faults.step(`queue.${name}`, 'before-delete')
    await client.deleteMessage(message.messageId, popReceipt)
  } else if (!poison) queues.expect(client, lockMs)
  else if (message.dequeueCount >= config.maxDequeueCount && !stopping.aborted) await bury(popReceipt)
  else {
    const seconds = Math.ceil(config.visibilityTimeout / 1000)
    await client.updateMessage(message.messageId, popReceipt, undefined, seconds)
    queues.expect(client, seconds * 1000)
  }
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#message-metadata */
export function metadataOf(message: DequeuedMessageItem, text: string): Record<string, TypedData> {
  const time = (date: Date): TypedData => ({ json: JSON.stringify(date.toISOString()) })
  return {
    QueueTrigger: { string: text },
    Id: { string: message.messageId },
    DequeueCount: { int: message.dequeueCount },
    PopReceipt: { string: message.popReceipt },
    InsertionTime: time(message.insertedOn),
    ExpirationTime: time(message.expiresOn),
    NextVisibleTime: time(message.nextVisibleOn),
  }
}
