// Blobs that were found go through one queue of the app, as in Azure: so they are shared out, tried again and, when they keep
// failing, end as a message in a poison queue.
import * as z from 'zod'
import type { Clock } from '../../../kit/clock.ts'
import type { Faults } from '../../../kit/faults.ts'
import type { Log } from '../../../kit/log.ts'
import { type QueueTriggerOptions, startQueue } from '../queue.ts'
import type { Queues } from '../queue-client.ts'
import type { Trigger } from '../trigger.ts'

const STORAGE = 'AzureWebJobsStorage'

const foundBlob = z.object({
  FunctionId: z.string(),
  ContainerName: z.string(),
  BlobName: z.string(),
  ETag: z.string(),
})
export type FoundBlob = z.infer<typeof foundBlob>

export interface FoundBlobs {
  /** From now on `run` gets the blobs found for a function; what it throws makes the blob come again. */
  listen(functionId: string, run: (blob: FoundBlob) => Promise<void>): Promise<void>
  put(blob: FoundBlob): Promise<void>
  /** Ends the queue with its last listener, when its running invocations have ended. */
  leave(functionId: string): Promise<void>
}

export interface FoundBlobsParts {
  queues: Queues
  clock: Clock
  log: Log
  faults: Faults
  hostId: string
  options: QueueTriggerOptions
}

export function createFoundBlobs({
  queues,
  clock,
  log,
  faults,
  hostId,
  options,
}: FoundBlobsParts): FoundBlobs {
  const queueName = `azure-webjobs-blobtrigger-${hostId}`
  const listeners = new Map<string, (blob: FoundBlob) => Promise<void>>()
  let reading: Promise<Trigger> | undefined
  const read = (): Promise<Trigger> =>
    startQueue(
      {
        target: { id: 'blobs', metadata: { name: 'blobs', bindings: {} }, callback: () => {} },
        bindingName: 'message',
        binding: { type: 'queueTrigger', queueName, connection: STORAGE },
        ...{ clock, log, faults },
        async invoke(_target, { inputData }) {
          const blob = foundBlob.parse(JSON.parse(inputData[0]!.data.string!))
          // Of a function that is no longer there: nobody wants the blob.
          await listeners.get(blob.FunctionId)?.(blob)
          return {}
        },
      },
      { ...options, poisonQueue: 'webjobs-blobtrigger-poison' },
    )
  return {
    async listen(functionId, run) {
      listeners.set(functionId, run)
      reading ??= read()
      await reading
    },
    async put(blob) {
      const client = await queues.client(process.env[STORAGE]!, queueName)
      await queues.send(client, JSON.stringify({ Type: 'BlobTrigger', BlobType: 'BlockBlob', ...blob }))
    },
    async leave(functionId) {
      // What is still in the queue for it is left to whoever listens next.
      if (listeners.size === 1) await (await reading)?.stop()
      listeners.delete(functionId)
    },
  }
}
