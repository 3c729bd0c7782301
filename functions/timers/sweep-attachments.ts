// Every hour: uploads that became no message within a day are removed.
import { app as functions } from '@azure/functions'
import { sweepAttachments } from '../../shared/services/media/sweep-attachments.ts'
import { app } from '../adapter/app.ts'

export function registerSweepAttachments(): void {
  functions.timer('sweep-attachments', {
    schedule: '0 17 * * * *',
    handler: async () => {
      const done = await sweepAttachments(app())
      if (done.removed + done.settled > 0) app().logger('info', 'attachments.swept', done)
    },
  })
}
