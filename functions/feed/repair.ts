// The repair queue: deliveries that fell behind, and changes that could not be applied when the feed brought them.
// A job that fails five times lies in `repairs-poison`, where an alarm watches.
import { app as functions, output } from '@azure/functions'
import * as z from 'zod'
import { parseInput } from '../../shared/protocol/parse.ts'
import { repair } from '../../shared/services/feed/repair.ts'
import { app } from '../adapter/app.ts'

const repairJob = z.strictObject({ chatId: z.string(), from: z.int(), through: z.int() })
const connection = 'AzureWebJobsStorage'
const botJobs = output.storageQueue({ queueName: 'bot-jobs', connection })
const chatJobs = output.storageQueue({ queueName: 'chat-jobs', connection })

export function registerRepair(): void {
  functions.storageQueue('repair', {
    queueName: 'repairs',
    connection,
    extraOutputs: [botJobs, chatJobs],
    handler: async (job, context) => {
      const work = await repair(app(), parseInput(repairJob, job))
      context.extraOutputs.set(botJobs, work.botJobs)
      context.extraOutputs.set(chatJobs, work.touches)
    },
  })
}
