// Functions with inputs that are filled from the request or the message, and some that this host refuses.
import { app, type CosmosDBv4InputOptions, type InvocationContext, input, output } from '@azure/functions'

const connection = 'COSMOS'
const from = (options: Partial<CosmosDBv4InputOptions>) =>
  input.cosmosDB({ connection, databaseName: 'test', containerName: 'items', ...options })

const one = from({ id: '{Query.id}', partitionKey: '{Query.room}' })
app.http('one', {
  extraInputs: [one],
  handler: (_request, context) => ({ jsonBody: context.extraInputs.get(one) ?? 'nothing' }),
})

const found = from({
  sqlQuery: 'SELECT VALUE c.text FROM c WHERE c.room = {room} ORDER BY c.rank',
})
app.http('found', {
  route: 'found/{room}',
  extraInputs: [found],
  handler: (_request, context) => ({ jsonBody: context.extraInputs.get(found) }),
})

const all = from({ partitionKey: '{headers.x-room}' })
app.http('all', {
  extraInputs: [all],
  handler: (_request, context) => ({ jsonBody: (context.extraInputs.get(all) as unknown[]).length }),
})

const kept = output.cosmosDB({ connection, databaseName: 'test', containerName: '{container}' })
app.http('keep', {
  extraOutputs: [kept],
  handler(_request, context) {
    context.extraOutputs.set(kept, { id: 'kept', room: 'a' })
    return { status: 204 }
  },
})

const news = output.eventHub({ connection: 'HUB', eventHubName: 'events' })
app.http('announce', {
  extraOutputs: [news],
  handler(request, context) {
    context.extraOutputs.set(news, JSON.parse(request.query.get('events') ?? 'null'))
    return { status: 204 }
  },
})

app.http('table', {
  route: 'rows/{row}',
  extraInputs: [input.table({ connection, tableName: 'rows', partitionKey: 'a', rowKey: '{row}' })],
  handler: () => ({ body: 'never' }),
})
app.timer('sends', {
  schedule: '* * * * * *',
  return: output.serviceBusQueue({ connection, queueName: 'work' }),
  handler: () => 'never',
})
app.http('nameless', {
  extraOutputs: [output.cosmosDB({ connection, databaseName: 'test' } as CosmosDBv4InputOptions)],
  handler: () => ({ body: 'never' }),
})

// By the names of before version 4 of the extension.
const old = { connectionStringSetting: connection, databaseName: 'test', collectionName: 'items' }
const oldOne = input.cosmosDB({ ...old, id: '{id}', partitionKey: 'a' })
const oldKept = output.cosmosDB(old)
app.http('old', {
  route: 'old/{id}',
  extraInputs: [oldOne],
  extraOutputs: [oldKept],
  handler(_request, context) {
    context.extraOutputs.set(oldKept, { id: 'old', room: 'a' })
    return { jsonBody: context.extraInputs.get(oldOne) }
  },
})
app.cosmosDB('oldTrigger', {
  ...old,
  createLeaseCollectionIfNotExists: true,
  startFromBeginning: true,
  handler: (documents: unknown[], context: InvocationContext) =>
    context.log(`old ${documents.map((one) => (one as { id: string }).id)};`),
})
