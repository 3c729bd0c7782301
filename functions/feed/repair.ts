// The repair queue: deliveries that fell behind, and changes that could not be applied when the feed brought them. What a
// short outage made fail five times in a row is tried again at leisure, for most of an hour.
import { app as functions } from '@azure/functions'
import * as z from 'zod'
import { parseInput } from '../../shared/protocol/parse.ts'
import type { RepairJob } from '../../shared/services/feed/apply-changes.ts'
import { repair } from '../../shared/services/feed/repair.ts'
import { app } from '../adapter/app.ts'
import { registerPoison } from '../adapter/poison.ts'
import { enqueue, type Jobs, noteAge, outputsTo, type QueueName } from '../adapter/queues.ts'

const repairJob = z.strictObject({ chatId: z.string(), from: z.int(), through: z.int() })
const outputs: QueueName[] = ['bot-jobs', 'chat-jobs']

export function registerRepair(): void {
  functions.storageQueue('repair', {
    queueName: 'repairs',
    connection: 'AzureWebJobsStorage',
    extraOutputs: outputsTo(...outputs),
    handler: async (job, context) => {
      noteAge(context, 'repairs', app())
      enqueue(context, await repairWith(parseInput(repairJob, job)))
    },
  })
  registerPoison({
    functionName: 'give-up-repair',
    queue: 'repairs',
    job: repairJob,
    outputs,
    giveUp: repairWith,
  })
}

async function repairWith(job: RepairJob): Promise<Jobs> {
  const { botJobs, touches } = await repair(app(), job)
  return { 'bot-jobs': botJobs, 'chat-jobs': touches }
}
