// Creates what is absent: database, containers, queues and blob containers, as infra/containers.json has them, gives
// containers of an earlier version the indexes they lack, and lets pages reach the blobs. Runs in a short-lived process, because the SDKs it needs would stay in the supervisor's memory
// for nothing.
import { readFile } from 'node:fs/promises'
import { CosmosClient, type Database, type PartitionKeyKind } from '@azure/cosmos'
import { BlobServiceClient } from '@azure/storage-blob'
import { QueueServiceClient } from '@azure/storage-queue'
import * as z from 'zod'

const paths = z.array(z.looseObject({ path: z.string() })).optional()
const indexingPolicy = z.looseObject({ includedPaths: paths, fullTextIndexes: paths }).optional()

const plan = z.object({
  database: z.string(),
  containers: z.array(
    z.looseObject({
      id: z.string(),
      indexingPolicy,
      partitionKey: z.object({
        paths: z.array(z.string()),
        kind: z.enum(['Hash', 'MultiHash']).transform((kind) => kind as PartitionKeyKind),
        version: z.union([z.literal(1), z.literal(2)]),
      }),
    }),
  ),
  queues: z.array(z.string()),
  blobContainers: z.array(z.string()),
})

type Planned = z.infer<typeof plan>['containers'][number]

const task = z.object({ plan: z.string(), cosmos: z.string(), storage: z.string() })

async function provision({ plan: file, cosmos, storage }: z.infer<typeof task>): Promise<void> {
  const { database, containers, queues, blobContainers } = plan.parse(
    JSON.parse(await readFile(file, 'utf8')),
  )
  const queueService = QueueServiceClient.fromConnectionString(storage)
  const blobService = BlobServiceClient.fromConnectionString(storage)
  const createContainers = async (): Promise<void> => {
    const client = new CosmosClient(cosmos)
    const { database: made } = await client.databases.createIfNotExists({ id: database })
    await Promise.all(containers.map((container) => ensureContainer(made, container)))
    client.dispose()
  }
  await Promise.all([
    createContainers(),
    ...queues.map((name) => queueService.getQueueClient(name).createIfNotExists()),
    openToPages(blobService),
    ...blobContainers.map((name) => blobService.getContainerClient(name).createIfNotExists()),
  ])
}

async function ensureContainer(database: Database, planned: Planned): Promise<void> {
  const { container, resource } = await database.containers.createIfNotExists(planned)
  const there = indexingPolicy.parse(resource?.indexingPolicy)
  if (planned.indexingPolicy && indexed(there) !== indexed(planned.indexingPolicy))
    await container.replace(planned)
}

/** What a policy indexes, to compare with another. */
function indexed(policy: Planned['indexingPolicy']): string {
  const { includedPaths = [], fullTextIndexes = [] } = policy ?? {}
  return JSON.stringify([includedPaths, fullTextIndexes].map((some) => some.map(({ path }) => path).sort()))
}

/** Pages upload and download by signed addresses, which are all the permission there is. */
async function openToPages(blobs: BlobServiceClient): Promise<void> {
  const anyone = { allowedOrigins: '*', allowedHeaders: '*', exposedHeaders: '*', maxAgeInSeconds: 3600 }
  await blobs.setProperties({ cors: [{ ...anyone, allowedMethods: 'GET,HEAD,PUT,OPTIONS' }] })
}

process.once('message', (message) => {
  provision(task.parse(message)).then(
    () => process.send?.({ done: true }, () => process.exit(0)),
    (error: Error) => process.send?.({ failed: error.message }, () => process.exit(1)),
  )
})
