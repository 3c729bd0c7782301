// A queue hides the message of a worker that died for ten minutes. The job itself says when somebody else is to go on.
import { app as functions, output } from '@azure/functions'
import { dueJobs } from '../../shared/services/chats/work-job.ts'
import { app } from '../adapter/app.ts'

const connection = 'AzureWebJobsStorage'
const chatJobs = output.storageQueue({ queueName: 'chat-jobs', connection })

export function registerChatJobTimer(): void {
  functions.timer('resume-chat-jobs', {
    schedule: '20 * * * * *',
    extraOutputs: [chatJobs],
    handler: async (_timer, context) => {
      const due = await dueJobs(app())
      context.extraOutputs.set(
        chatJobs,
        due.map(({ chatId, jobId }) => ({ chatId, jobId })),
      )
    },
  })
}
