import { readFileSync } from 'node:fs'
import { type ContainerRequest, CosmosClient } from '@azure/cosmos'

const { database: id, containers } = JSON.parse(readFileSync('infra/containers.json', 'utf8')) as {
  database: string
  containers: ContainerRequest[]
}

/** The database and containers that the template makes in Azure. */
export async function provision(connectionString: string): Promise<void> {
  const client = new CosmosClient(connectionString)
  const { database } = await client.databases.createIfNotExists({ id })
  await Promise.all(containers.map((container) => database.containers.createIfNotExists(container)))
  client.dispose()
}
