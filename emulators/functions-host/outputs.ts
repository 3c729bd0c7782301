// Output bindings: what a function returns or sets is sent by the host. One that fails fails the invocation.
import type { RegisteredFunction } from './app/core-api.ts'
import type { Binding, InvocationResponse, TypedData } from './app/core-types.ts'
import { resolveConnection, resolveSettings } from './app/settings.ts'
import type { CosmosClients } from './triggers/cosmos/clients.ts'
import type { Queues } from './triggers/queue-client.ts'

type Send = (binding: Binding, data: TypedData) => Promise<void>

export interface Outputs {
  perform(target: RegisteredFunction, response: InvocationResponse): Promise<void>
  /** @throws Error naming the function when it has a binding this host does not implement. */
  check(target: RegisteredFunction): void
}

export function createOutputs(queues: Queues, cosmos: CosmosClients): Outputs {
  const senders: Record<string, Send> = {
    queue: (binding, data) => sendToQueue(queues, binding, data),
    cosmosdb: (binding, data) => upsert(cosmos, binding, data),
  }
  return {
    async perform({ metadata }, { outputData = [], returnValue }) {
      for (const { name, data } of outputData) {
        const binding = metadata.bindings[name]
        if (binding) await senders[binding.type.toLowerCase()]?.(binding, data)
      }
      const binding = metadata.bindings.$return
      if (binding && returnValue) await senders[binding.type.toLowerCase()]?.(binding, returnValue)
    },
    check({ metadata }) {
      for (const { type, direction } of Object.values(metadata.bindings)) {
        if (direction === 'out' ? type === 'http' || senders[type.toLowerCase()] : /trigger$/i.test(type))
          continue
        const way = direction === 'out' ? 'output' : 'input'
        throw new Error(
          `Function "${metadata.name}": the ${way} binding "${type}" is not implemented by this host.`,
        )
      }
    },
  }
}

/** The values of one output: a JSON array is several, anything else is one. */
function valuesOf(data: TypedData): unknown[] {
  if (data.json !== undefined) {
    const value: unknown = JSON.parse(data.json)
    return Array.isArray(value) ? value : [value]
  }
  return [data.string ?? data.bytes ?? data.int ?? data.double]
}

async function sendToQueue(queues: Queues, binding: Binding, data: TypedData): Promise<void> {
  const connection = resolveConnection(String(binding.connection || 'AzureWebJobsStorage'))
  const client = await queues.client(connection, resolveSettings(String(binding.queueName)))
  for (const value of valuesOf(data)) {
    const raw = typeof value === 'string' || value instanceof Uint8Array
    await queues.send(client, raw ? value : JSON.stringify(value))
  }
}

async function upsert(cosmos: CosmosClients, binding: Binding, data: TypedData): Promise<void> {
  const client = await cosmos.client(resolveConnection(String(binding.connection || 'CosmosDB')))
  const database = client.database(resolveSettings(String(binding.databaseName)))
  const id = resolveSettings(String(binding.containerName))
  if (binding.createIfNotExists === true) {
    const partitionKey = typeof binding.partitionKey === 'string' ? binding.partitionKey : '/id'
    await client.databases.createIfNotExists({ id: database.id })
    await database.containers.createIfNotExists({ id, partitionKey: { paths: [partitionKey], version: 2 } })
  }
  const container = database.container(id)
  for (const value of valuesOf(data)) {
    const document: unknown = typeof value === 'string' ? JSON.parse(value) : value
    if (typeof document !== 'object' || document === null) {
      throw new Error(`A Cosmos DB output must be a document or an array of documents.`)
    }
    await container.items.upsert(document)
  }
}
