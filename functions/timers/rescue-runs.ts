// Runs of hosts that died: the queue would hide their jobs for ten minutes, this looks every minute.
import { app as functions } from '@azure/functions'
import { rescueSchedule } from '../../shared/config.ts'
import { rescueRuns } from '../../shared/services/bots/rescue-runs.ts'
import { app } from '../adapter/app.ts'
import { enqueue, outputsTo } from '../adapter/queues.ts'

export function registerRescueRuns(): void {
  functions.timer('rescue-runs', {
    schedule: rescueSchedule(),
    extraOutputs: outputsTo('bot-jobs'),
    handler: async (_timer, context) => {
      enqueue(context, { 'bot-jobs': await rescueRuns(app()) })
    },
  })
}
