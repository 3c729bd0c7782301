// A queue hides the message of a worker that died for ten minutes. The job itself says when somebody else is to go on.
import { app as functions } from '@azure/functions'
import { dueJobs } from '../../shared/services/chats/work-job.ts'
import { app } from '../adapter/app.ts'
import { enqueue, outputsTo } from '../adapter/queues.ts'

export function registerChatJobTimer(): void {
  functions.timer('resume-chat-jobs', {
    schedule: '20 * * * * *',
    extraOutputs: outputsTo('chat-jobs'),
    handler: async (_timer, context) => {
      const due = await dueJobs(app())
      enqueue(context, { 'chat-jobs': due.map(({ chatId, jobId }) => ({ chatId, jobId })) })
    },
  })
}
