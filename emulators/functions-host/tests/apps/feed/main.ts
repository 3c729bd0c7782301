// Change-feed functions that report every batch in their log, and fail as often as a document asks for.
import { app, type CosmosDBv4FunctionOptions, type InvocationContext, output } from '@azure/functions'

interface Doc {
  id: string
  /** How many attempts fail before this document goes through. */
  fail?: number
  slow?: boolean
}

const failures = new Map<string, number>()

async function handle(documents: unknown[], context: InvocationContext): Promise<unknown> {
  const docs = documents as Doc[]
  const ids = docs.map(({ id }) => id).join(',')
  context.log(`${context.functionName} got ${ids} retry ${context.retryContext?.retryCount ?? 0}`)
  for (const { id, fail = 0 } of docs) {
    const failed = failures.get(id) ?? 0
    if (failed >= fail) continue
    failures.set(id, failed + 1)
    throw new Error(`asked to fail ${id}`)
  }
  context.log(`${context.functionName} did ${ids};`)
  return docs.map(({ id }) => ({ id: `copy-${id}`, copied: true }))
}

const common: Omit<CosmosDBv4FunctionOptions, 'handler'> = {
  connection: 'COSMOS',
  databaseName: 'test',
  containerName: '%CONTAINER%',
  leaseContainerName: 'leases',
  createLeaseContainerIfNotExists: true,
  feedPollDelay: Number(process.env.POLL_MS ?? 50),
  maxItemsPerInvocation: 2,
}
const fromStart = { ...common, startFromBeginning: true }

// What the app itself writes: a document with the id that it is fired with.
const written = output.cosmosDB({ connection: 'COSMOS', databaseName: 'test', containerName: '%CONTAINER%' })
app.timer('writer', {
  schedule: '0 0 0 1 1 *',
  extraOutputs: [written],
  handler: (_timer, context) => context.extraOutputs.set(written, { id: context.invocationId }),
})

app.cosmosDB('plain', {
  ...fromStart,
  leaseContainerPrefix: 'plain-',
  handler: handle,
} as CosmosDBv4FunctionOptions)

app.cosmosDB('patient', {
  ...fromStart,
  leaseContainerPrefix: 'patient-',
  retry: { strategy: 'fixedDelay', delayInterval: 0, maxRetryCount: 2 },
  handler: handle,
} as CosmosDBv4FunctionOptions)

app.cosmosDB('endless', {
  ...fromStart,
  leaseContainerPrefix: 'endless-',
  retry: { strategy: 'fixedDelay', delayInterval: 0, maxRetryCount: -1 },
  handler: handle,
} as CosmosDBv4FunctionOptions)

app.cosmosDB('latecomer', {
  ...common,
  leaseContainerPrefix: 'late-',
  handler: handle,
} as CosmosDBv4FunctionOptions)

app.cosmosDB('copier', {
  ...fromStart,
  leaseContainerPrefix: 'copier-',
  return: output.cosmosDB({ connection: 'COSMOS', databaseName: 'test', containerName: 'copies' }),
  handler: handle,
} as CosmosDBv4FunctionOptions)
