// What a queue has given up lies in its poison queue, whose reader does what is left to do. The host brings a message of
// that queue five times, ten minutes apart, and then never again: what fails until then becomes a dead letter, which stays
// to be looked at and sent again (infra/replay.ts). An alert reads both events (infra/alerts.bicep).
import { app as functions, type InvocationContext } from '@azure/functions'
import type * as z from 'zod'
import { app } from './app.ts'
import { enqueue, type Jobs, MAX_DEQUEUE_COUNT, outputsTo, type QueueName } from './queues.ts'

interface Poison<J> {
  functionName: string
  /** The queue that gives jobs up. */
  queue: QueueName
  job: z.ZodType<J>
  outputs?: QueueName[]
  /** Does what is left to do. Returns the jobs that it makes. */
  giveUp(job: J): Promise<Jobs>
}

const MAX_CAUSE = 1_000

export function registerPoison<J>({ functionName, queue, job, outputs = [], giveUp }: Poison<J>): void {
  functions.storageQueue(functionName, {
    queueName: `${queue}-poison`,
    connection: 'AzureWebJobsStorage',
    extraOutputs: outputsTo(...outputs, 'dead-letters'),
    handler: async (message, context) => {
      const { logger } = app()
      logger('warn', 'job.poison', { queue, job: message, tries: triesOf(context) })
      const parsed = job.safeParse(message)
      try {
        if (!parsed.success) throw parsed.error
        enqueue(context, await giveUp(parsed.data))
      } catch (error) {
        const isHopeless = !parsed.success || triesOf(context) >= MAX_DEQUEUE_COUNT
        const cause = causeOf(error)
        if (!isHopeless) {
          logger('warn', 'job.failed', { queue, job: message, cause })
          throw error
        }
        logger('error', 'job.dead', { queue, job: message, cause })
        enqueue(context, { 'dead-letters': [{ queue, job: message, cause, at: new Date().toISOString() }] })
      }
    },
  })
}

const triesOf = ({ triggerMetadata }: InvocationContext): number => Number(triggerMetadata?.dequeueCount ?? 1)

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause ? ` (${error.cause})` : ''
  return `${error}${cause}`.slice(0, MAX_CAUSE)
}
