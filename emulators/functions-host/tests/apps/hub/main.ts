// Event hub functions that report what they are given in their log, and fail or take long as the events ask for.
import { setTimeout as delay } from 'node:timers/promises'
import { app, type EventHubFunctionOptions, type InvocationContext } from '@azure/functions'

const failures = new Map<string, number>()

async function handle(given: unknown, context: InvocationContext): Promise<void> {
  const text = JSON.stringify(given)
  context.log(`${context.functionName} got ${text} retry ${context.retryContext?.retryCount ?? 0}`)
  context.log(`metadata ${JSON.stringify(context.triggerMetadata)}`)
  const [, id, times] = /(\w+) fail (\d)/.exec(text) ?? []
  const failed = failures.get(String(id)) ?? 0
  if (failed < Number(times ?? 0)) {
    failures.set(String(id), failed + 1)
    throw new Error(`asked to fail ${id}`)
  }
  if (text.includes('slow')) await delay(1000)
  context.log(`${context.functionName} did ${text}`)
}

const common = { connection: 'HUB', eventHubName: '%HUB_NAME%', handler: handle }
const many = { ...common, cardinality: 'many' as const }

app.eventHub('many', many)
app.eventHub('one', { ...common, consumerGroup: 'single' })
app.eventHub('bytes', { ...many, consumerGroup: 'raw', dataType: 'binary' } as EventHubFunctionOptions)
app.eventHub('patient', {
  ...many,
  consumerGroup: 'patient',
  retry: { strategy: 'fixedDelay', delayInterval: { minutes: 10 }, maxRetryCount: 2 },
})
