// The queues that functions put jobs on, as output bindings: a job leaves when its function has succeeded.
import { type InvocationContext, output } from '@azure/functions'

const connection = 'AzureWebJobsStorage'
const queue = (queueName: string) => output.storageQueue({ queueName, connection })

export const QUEUES = {
  'bot-jobs': queue('bot-jobs'),
  'chat-jobs': queue('chat-jobs'),
  repairs: queue('repairs'),
}

export type QueueName = keyof typeof QUEUES

export type Jobs = Partial<Record<QueueName, object[]>>

/** The bindings that a function declares for the queues it may use. */
export const outputsTo = (...names: QueueName[]) => names.map((name) => QUEUES[name])

/** Puts the jobs on their queues once the function has succeeded. */
export function enqueue(context: InvocationContext, jobs: Jobs): void {
  for (const [name, list] of Object.entries(jobs)) context.extraOutputs.set(QUEUES[name as QueueName], list)
}
