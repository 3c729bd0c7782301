// Timers of every kind; what they are given goes to the log.
import { app, type InvocationContext, type Timer } from '@azure/functions'

const report = (timer: Timer, context: InvocationContext): void => {
  context.log(`${context.functionName} pastDue=${timer.isPastDue} ${JSON.stringify(timer.scheduleStatus)}`)
}

app.timer('every-second', { schedule: '%PACE%', handler: report })
app.timer('at-start', { schedule: '0 0 0 1 1 *', runOnStartup: true, handler: report })
app.timer('missed', { schedule: '0 0 0 1 1 *', handler: report })
app.timer('stubborn', {
  schedule: '0 0 0 1 1 *',
  runOnStartup: true,
  retry: {
    strategy: 'fixedDelay',
    delayInterval: { minutes: Number(process.env.RETRY_MINUTES ?? 0) },
    maxRetryCount: 2,
  },
  handler: (_timer, context) => {
    context.log(
      `stubborn ${context.retryContext?.retryCount ?? 0} of ${context.retryContext?.maxRetryCount ?? '?'}`,
    )
    throw new Error('again')
  },
})
