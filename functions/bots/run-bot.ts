// One job, one reply: the queue delivers at least once, the run makes it once. A job that the queue has given up, because
// its hosts died or the database was away, is ended with an honest word in the chat.
import { app as functions } from '@azure/functions'
import * as z from 'zod'
import { parseInput } from '../../shared/protocol/parse.ts'
import { giveUpRun, runBot } from '../../shared/services/bots/run-bot.ts'
import { app } from '../adapter/app.ts'
import { enqueue, noteAge, outputsTo } from '../adapter/queues.ts'

const botJob = z.strictObject({
  chatId: z.string(),
  seq: z.int(),
  botId: z.string(),
  sibling: z.string().optional(),
  askedBy: z.string().optional(),
  task: z.literal('summary').optional(),
  from: z.int().optional(),
})
/** As in host.json: after this delivery the message is poison. */
const MAX_DEQUEUE_COUNT = 5

export function registerRunBot(): void {
  functions.storageQueue('run-bot', {
    queueName: 'bot-jobs',
    connection: 'AzureWebJobsStorage',
    extraOutputs: outputsTo('bot-jobs'),
    handler: async (job, context) => {
      noteAge(context, 'bot-jobs', app())
      const lastTry = Number(context.triggerMetadata?.dequeueCount ?? 1) >= MAX_DEQUEUE_COUNT
      enqueue(context, { 'bot-jobs': await runBot(app(), parseInput(botJob, job), lastTry) })
    },
  })
  functions.storageQueue('give-up-bot', {
    queueName: 'bot-jobs-poison',
    connection: 'AzureWebJobsStorage',
    extraOutputs: outputsTo('bot-jobs'),
    handler: async (job, context) => {
      enqueue(context, { 'bot-jobs': await giveUpRun(app(), parseInput(botJob, job)) })
    },
  })
}
