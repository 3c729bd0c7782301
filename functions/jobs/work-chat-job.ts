// What is too much for one request or one reading of the feed: filling and ending chats, touching thousands of inboxes.
// A message that the queue gives up only postpones its job, which the timer finds again.
import { app as functions } from '@azure/functions'
import * as z from 'zod'
import { parseInput } from '../../shared/protocol/parse.ts'
import { postponeJob, workJob } from '../../shared/services/chats/work-job.ts'
import { touchMembers } from '../../shared/services/feed/apply-changes.ts'
import { app } from '../adapter/app.ts'
import { registerPoison } from '../adapter/poison.ts'
import { enqueue, noteAge, outputsTo } from '../adapter/queues.ts'

const chatJob = z.union([
  z.strictObject({ chatId: z.string(), jobId: z.string() }),
  z.strictObject({ chatId: z.string(), activeAt: z.string() }),
])

export function registerChatJobs(): void {
  functions.storageQueue('work-chat-job', {
    queueName: 'chat-jobs',
    connection: 'AzureWebJobsStorage',
    extraOutputs: outputsTo('chat-jobs'),
    handler: async (message, context) => {
      noteAge(context, 'chat-jobs', app())
      const job = parseInput(chatJob, message)
      if ('activeAt' in job) return touchMembers(app(), job)
      if (await workJob(app(), job)) enqueue(context, { 'chat-jobs': [job] })
    },
  })
  registerPoison({
    functionName: 'give-up-chat-job',
    queue: 'chat-jobs',
    job: chatJob,
    async giveUp(job) {
      if ('jobId' in job) await postponeJob(app(), job)
      return {}
    },
  })
}
