// A second entry file, found by the glob; and triggers beyond timers.
import { app } from '@azure/functions'

app.warmup('warm', { handler: (_warmup, context) => context.log('warmed up') })

app.http('greeting', { handler: () => ({ body: process.env.GREETING ?? 'unset' }) })

app.generic('custom', {
  trigger: { type: 'customTrigger', name: 'item' },
  handler: (item, context) => {
    context.log(`custom got ${JSON.stringify(item)}`)
  },
})
