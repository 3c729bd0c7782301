// One job, one reply: the queue delivers at least once, the run makes it once.
import { app as functions } from '@azure/functions'
import * as z from 'zod'
import { parseInput } from '../../shared/protocol/parse.ts'
import { runBot } from '../../shared/services/bots/run-bot.ts'
import { app } from '../adapter/app.ts'

const botJob = z.strictObject({ chatId: z.string(), seq: z.int(), botId: z.string() })
/** As in host.json: after this delivery the message is poison. */
const MAX_DEQUEUE_COUNT = 5

export function registerRunBot(): void {
  functions.storageQueue('run-bot', {
    queueName: 'bot-jobs',
    connection: 'AzureWebJobsStorage',
    handler: async (job, context) => {
      const lastTry = Number(context.triggerMetadata?.dequeueCount ?? 1) >= MAX_DEQUEUE_COUNT
      await runBot(app(), parseInput(botJob, job), lastTry)
    },
  })
}
