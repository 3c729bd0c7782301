// The queues that functions put jobs on, as output bindings: a job leaves when its function has succeeded.
import { type InvocationContext, output } from '@azure/functions'
import host from '../../host.json' with { type: 'json' }
import type { Gauges } from '../../shared/services/gauges.ts'
import type { Time } from '../../shared/services/ports/world.ts'

const connection = 'AzureWebJobsStorage'
const queue = (queueName: string) => output.storageQueue({ queueName, connection })

export const QUEUES = {
  'bot-jobs': queue('bot-jobs'),
  'chat-jobs': queue('chat-jobs'),
  repairs: queue('repairs'),
  'dead-letters': queue('dead-letters'),
}

/** A message that failed so often is poison. */
export const MAX_DEQUEUE_COUNT = host.extensions.queues.maxDequeueCount

export type QueueName = keyof typeof QUEUES

export type Jobs = Partial<Record<QueueName, object[]>>

/** The bindings that a function declares for the queues it may use. */
export const outputsTo = (...names: QueueName[]) => names.map((name) => QUEUES[name])

/** Notes how long a job waited for its first delivery: a queue that nobody can keep up with shows here. */
export function noteAge(context: InvocationContext, name: QueueName, { gauges, time }: Noting): void {
  const { insertionTime, dequeueCount } = context.triggerMetadata ?? {}
  const since = Date.parse(String(insertionTime))
  if (Number(dequeueCount ?? 1) > 1 || Number.isNaN(since)) return
  gauges(`queue.age.${name}`, Math.max(0, Math.round((time.now() - since) / 1_000)))
}

interface Noting {
  gauges: Gauges
  time: Pick<Time, 'now'>
}

/** Puts the jobs on their queues once the function has succeeded. */
export function enqueue(context: InvocationContext, jobs: Jobs): void {
  for (const [name, list] of Object.entries(jobs)) context.extraOutputs.set(QUEUES[name as QueueName], list)
}
