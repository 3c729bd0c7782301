// Which versions of which blobs have been seen: a blob without content for each, named and marked as the real host does, so
// that of several hosts one takes a blob, and none takes it twice.
import { type BlobServiceClient, RestError } from '@azure/storage-blob'

export interface SeenBlob {
  container: string
  name: string
  /** With its quotes. */
  etag: string
}

export interface Receipts {
  /** Runs `take` unless the blob was taken before. False when another host is just taking it: ask again later. */
  once(blob: SeenBlob, take: () => Promise<void>): Promise<boolean>
}

const LEASE_SECONDS = 30
const COMPLETED = { Completed: 'True' }

export function createReceipts(service: BlobServiceClient, hostId: string, functionId: string): Receipts {
  const container = service.getContainerClient('azure-webjobs-hosts')
  const known = new Set<string>()
  return {
    async once({ container: from, name, etag }, take) {
      const path = `blobreceipts/${hostId}/${functionId}/${etag}/${from}/${name}`
      if (known.has(path)) return true
      const receipt = container.getBlockBlobClient(path)
      const isDone = async (): Promise<boolean> =>
        (await receipt.getProperties()).metadata?.completed === COMPLETED.Completed
      await container.createIfNotExists()
      const isNew = await ignoring([409, 412], () =>
        receipt.upload('', 0, { conditions: { ifNoneMatch: '*' } }),
      )
      if (isNew || !(await isDone())) {
        const lease = receipt.getBlobLeaseClient()
        if (!(await ignoring([409], () => lease.acquireLease(LEASE_SECONDS)))) return false
        try {
          if (!(await isDone())) {
            await take()
            await receipt.setMetadata(COMPLETED, { conditions: { leaseId: lease.leaseId } })
          }
        } finally {
          // A lease that cannot be given back runs out.
          await lease.releaseLease().catch(() => {})
        }
      }
      known.add(path)
      return true
    },
  }
}

/** False when the service answers with one of the status codes. */
async function ignoring(statusCodes: number[], work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (error instanceof RestError && statusCodes.includes(error.statusCode ?? 0)) return false
    throw error
  }
}
