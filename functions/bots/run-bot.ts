// One job, one reply: the queue delivers at least once, the run makes it once. A job that the queue has given up, because
// its hosts died or the database was away, is ended with an honest word in the chat.
import { app as functions } from '@azure/functions'
import * as z from 'zod'
import { parseInput } from '../../shared/protocol/parse.ts'
import { giveUpRun, runBot } from '../../shared/services/bots/run-bot.ts'
import { app } from '../adapter/app.ts'
import { registerPoison } from '../adapter/poison.ts'
import { enqueue, MAX_DEQUEUE_COUNT, noteAge, outputsTo } from '../adapter/queues.ts'

const botJob = z.strictObject({
  chatId: z.string(),
  seq: z.int(),
  botId: z.string(),
  sibling: z.string().optional(),
  askedBy: z.string().optional(),
  task: z.literal('summary').optional(),
  from: z.int().optional(),
})

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
  registerPoison({
    functionName: 'give-up-bot',
    queue: 'bot-jobs',
    job: botJob,
    outputs: ['bot-jobs'],
    giveUp: async (job) => ({ 'bot-jobs': await giveUpRun(app(), job) }),
  })
}
