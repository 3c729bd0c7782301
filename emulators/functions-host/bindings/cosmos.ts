// Documents of Cosmos DB as inputs and outputs.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-cosmosdb-v2-input
import type { Container, PartitionKey, SqlParameter, SqlQuerySpec } from '@azure/cosmos'
import type { Binding, TypedData } from '../app/core-types.ts'
import { resolveConnection, resolveSettings } from '../app/settings.ts'
import type { CosmosClients } from '../triggers/cosmos/clients.ts'
import { type BindingData, lookUp, resolveExpressions } from './expressions.ts'
import { valuesOf } from './values.ts'

/** The document by its `id`, undefined when there is none; without `id` an array: what `sqlQuery` finds, or all. */
export async function readDocuments(
  cosmos: CosmosClients,
  binding: Binding,
  data: BindingData,
): Promise<TypedData | undefined> {
  const { id, partitionKey, sqlQuery } = binding
  const client = await cosmos.client(resolveConnection(String(binding.connection || 'CosmosDB')))
  const container = client
    .database(resolveExpressions(String(binding.databaseName), data))
    .container(resolveExpressions(String(binding.containerName), data))
  const key = typeof partitionKey === 'string' ? resolveExpressions(partitionKey, data) : undefined
  if (typeof id === 'string') return await readDocument(container, resolveExpressions(id, data), key)
  const query = typeof sqlQuery === 'string' ? withParameters(sqlQuery, data) : 'SELECT * FROM c'
  const options = key === undefined ? {} : { partitionKey: key }
  const { resources } = await container.items.query(query, options).fetchAll()
  return { json: JSON.stringify(resources) }
}

async function readDocument(
  container: Container,
  id: string,
  key: PartitionKey | undefined,
): Promise<TypedData | undefined> {
  const { resource, statusCode } = await container.item(id, key).read()
  return statusCode === 404 || resource === undefined ? undefined : { json: JSON.stringify(resource) }
}

/** Expressions become parameters of the query, so that no value can change it. */
function withParameters(text: string, data: BindingData): SqlQuerySpec {
  const parameters = new Map<string, SqlParameter>()
  const query = resolveSettings(text).replaceAll(/\{([^{}]+)\}/g, (_all, name: string) => {
    const parameter = `@${name.replaceAll(/\W/g, '_')}`
    parameters.set(parameter, { name: parameter, value: lookUp(name, data) as SqlParameter['value'] })
    return parameter
  })
  return { query, parameters: [...parameters.values()] }
}

/** Upserts what the output holds. @throws Error when it is no document. */
export async function upsertDocuments(
  cosmos: CosmosClients,
  binding: Binding,
  output: TypedData,
  data: BindingData,
): Promise<void> {
  const client = await cosmos.client(resolveConnection(String(binding.connection || 'CosmosDB')))
  const database = client.database(resolveExpressions(String(binding.databaseName), data))
  const id = resolveExpressions(String(binding.containerName), data)
  if (binding.createIfNotExists === true) {
    const partitionKey = typeof binding.partitionKey === 'string' ? binding.partitionKey : '/id'
    await client.databases.createIfNotExists({ id: database.id })
    await database.containers.createIfNotExists({ id, partitionKey: { paths: [partitionKey], version: 2 } })
  }
  const container = database.container(id)
  for (const value of valuesOf(output)) {
    const document: unknown = typeof value === 'string' ? JSON.parse(value) : value
    if (typeof document !== 'object' || document === null) {
      throw new Error(`A Cosmos DB output must be a document or an array of documents.`)
    }
    await container.items.upsert(document)
  }
}
