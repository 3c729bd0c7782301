// People by the thousand: accounts as the store holds them, made without a password that would take its time to hash.
import { CosmosClient } from '@azure/cosmos'
import type { World } from './world.ts'

/** Ids of new users, in order. Nobody signs in as them. */
export async function seedCrowd(world: World, name: string, count: number): Promise<string[]> {
  const client = new CosmosClient(world.cosmos.connectionString)
  const users = client.database('parley').container('users')
  const ids = Array.from({ length: count }, (_, i) => `${name}-${String(i).padStart(5, '0')}`)
  const rest = { profile: { type: 'member' }, role: 'user', createdAt: '2026-03-01T09:00:00.000Z' }
  const operations = ids.map((id) => ({
    operationType: 'Create' as const,
    partitionKey: id,
    resourceBody: { id, userId: id, handle: id, displayName: id, ...rest },
  }))
  const results = await users.items.executeBulkOperations(operations)
  client.dispose()
  const failed = results.find(({ response }) => response?.statusCode !== 201)
  if (failed) throw new Error(`A user could not be made: ${JSON.stringify(failed)}`)
  return ids
}

/** The documents of a chat's partition whose ids begin so. */
export async function documentsOf(
  world: World,
  container: string,
  chatId: string,
  prefix: string,
): Promise<Record<string, unknown>[]> {
  const client = new CosmosClient(world.cosmos.connectionString)
  const query = {
    query: 'SELECT * FROM c WHERE STARTSWITH(c.id, @prefix)',
    parameters: [{ name: '@prefix', value: prefix }],
  }
  const items = client.database('parley').container(container).items
  const { resources } = await items.query(query, { partitionKey: chatId }).fetchAll()
  client.dispose()
  return resources
}
