// Blobs as inputs and outputs, by a path of container and blob.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-input
import type { BlobServiceClient, BlockBlobClient, ContainerClient } from '@azure/storage-blob'
import type { Binding, TypedData } from '../app/core-types.ts'
import { resolveConnection } from '../app/settings.ts'
import { type BindingData, resolveExpressions } from './expressions.ts'
import { rawOf } from './values.ts'

export type BlobServices = (connectionString: string) => Promise<BlobServiceClient>

/** One client for each connection string. */
export function createBlobServices(): BlobServices {
  const known = new Map<string, BlobServiceClient>()
  return async (connectionString) => {
    const found = known.get(connectionString)
    if (found) return found
    const { BlobServiceClient } = await import('@azure/storage-blob')
    const made = BlobServiceClient.fromConnectionString(connectionString, {
      retryOptions: { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1_000 },
    })
    known.set(connectionString, made)
    return made
  }
}

/** The bytes of the blob; undefined when there is none. */
export async function readBlob(
  blobs: BlobServices,
  binding: Binding,
  data: BindingData,
): Promise<TypedData | undefined> {
  const { blob } = await locate(blobs, binding, data)
  try {
    return { bytes: await blob.downloadToBuffer() }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined
    throw error
  }
}

/** Writes the output over the blob; makes the container when it is missing. */
export async function writeBlob(
  blobs: BlobServices,
  binding: Binding,
  output: TypedData,
  data: BindingData,
): Promise<void> {
  const { container, blob } = await locate(blobs, binding, data)
  const bytes = Buffer.from(
    output.json ?? rawOf(output.string ?? output.bytes ?? output.int ?? output.double),
  )
  try {
    await blob.uploadData(bytes)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ContainerNotFound') throw error
    await container.createIfNotExists()
    await blob.uploadData(bytes)
  }
}

async function locate(
  blobs: BlobServices,
  binding: Binding,
  data: BindingData,
): Promise<{ container: ContainerClient; blob: BlockBlobClient }> {
  const path = resolveExpressions(String(binding.path), data)
  const slash = path.indexOf('/')
  if (slash <= 0 || slash === path.length - 1) {
    throw new Error(`"${path}" is no path of a blob: it has the form container/blob.`)
  }
  const service = await blobs(resolveConnection(String(binding.connection || 'AzureWebJobsStorage')))
  const container = service.getContainerClient(path.slice(0, slash))
  return { container, blob: container.getBlockBlobClient(path.slice(slash + 1)) }
}
