// Makes what infra/containers.json names and is not there yet: in Azure the template does this, on a laptop we do.
import { readFileSync } from 'node:fs'
import { CosmosClient } from '@azure/cosmos'
import { BlobServiceClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import * as z from 'zod'

const shape = z.object({
  database: z.string(),
  containers: z.array(z.looseObject({ id: z.string() })),
  queues: z.array(z.string()),
  blobContainers: z.array(z.string()),
})

export interface Targets {
  cosmosConnectionString: string
  /** Absent: only the database is made. */
  storageConnectionString?: string
}

/** Creates database, containers, queues and blob containers that are missing. Running it again changes nothing. */
export async function provision(targets: Targets): Promise<void> {
  const text = readFileSync(new URL('../infra/containers.json', import.meta.url), 'utf8')
  const wanted = shape.parse(JSON.parse(text))
  await Promise.all([provisionCosmos(targets.cosmosConnectionString, wanted), provisionStorage(targets, wanted)])
}

async function provisionCosmos(connectionString: string, wanted: z.infer<typeof shape>): Promise<void> {
  const client = new CosmosClient(connectionString)
  const { database } = await client.databases.createIfNotExists({ id: wanted.database })
  await Promise.all(wanted.containers.map((container) => database.containers.createIfNotExists(container)))
  client.dispose()
}

async function provisionStorage(targets: Targets, wanted: z.infer<typeof shape>): Promise<void> {
  const { storageConnectionString } = targets
  if (storageConnectionString === undefined) return
  const queues = QueueServiceClient.fromConnectionString(storageConnectionString)
  const blobs = BlobServiceClient.fromConnectionString(storageConnectionString)
  await Promise.all([
    ...wanted.queues.map((name) => queues.getQueueClient(name).createIfNotExists()),
    ...wanted.blobContainers.map((name) => blobs.getContainerClient(name).createIfNotExists()),
  ])
}
