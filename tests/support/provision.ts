import { readFileSync } from 'node:fs'
import { type ContainerRequest, CosmosClient } from '@azure/cosmos'
import { BlobServiceClient } from '@azure/storage-blob'

const {
  database: id,
  containers,
  blobContainers,
} = JSON.parse(readFileSync('infra/containers.json', 'utf8')) as {
  database: string
  containers: ContainerRequest[]
  blobContainers: string[]
}

/** The database and containers that the template makes in Azure. */
export async function provision(connectionString: string, storage: string): Promise<void> {
  const client = new CosmosClient(connectionString)
  const blobs = BlobServiceClient.fromConnectionString(storage)
  await Promise.all(blobContainers.map((name) => blobs.getContainerClient(name).createIfNotExists()))
  const { database } = await client.databases.createIfNotExists({ id })
  await Promise.all(containers.map((container) => database.containers.createIfNotExists(container)))
  client.dispose()
}
