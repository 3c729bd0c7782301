// The repair queue: deliveries that fell behind, and changes that could not be applied when the feed brought them.
// A job that fails five times lies in `repairs-poison`, where an alarm watches.
import { app as functions } from '@azure/functions'
import * as z from 'zod'
import { parseInput } from '../../shared/protocol/parse.ts'
import { repair } from '../../shared/services/feed/repair.ts'
import { app } from '../adapter/app.ts'
import { enqueue, noteAge, outputsTo } from '../adapter/queues.ts'

const repairJob = z.strictObject({ chatId: z.string(), from: z.int(), through: z.int() })

export function registerRepair(): void {
  functions.storageQueue('repair', {
    queueName: 'repairs',
    connection: 'AzureWebJobsStorage',
    extraOutputs: outputsTo('bot-jobs', 'chat-jobs'),
    handler: async (job, context) => {
      noteAge(context, 'repairs', app())
      const { botJobs, touches } = await repair(app(), parseInput(repairJob, job))
      enqueue(context, { 'bot-jobs': botJobs, 'chat-jobs': touches })
    },
  })
}
