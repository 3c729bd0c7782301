// Who owns which partition, and how far each has been read: blobs without content, named and annotated as the real extension
// does, so that hosts of both kinds could share them. Every claim is conditional on the etag read before.

import type { Checkpoint, CheckpointStore, PartitionOwnership } from '@azure/event-hubs'
import { type BlobItem, type ContainerClient, RestError } from '@azure/storage-blob'

export const CONTAINER = 'azure-webjobs-eventhub'

export interface Checkpoints extends CheckpointStore {
  /** When the checkpoint was written that reading went on from; undefined when there was none. */
  lastWritten(partitionId: string): number | undefined
}

/** `owner` is written into checkpoints, for whoever looks at them. The container has to be there. */
export function createCheckpoints(container: ContainerClient, owner: string): Checkpoints {
  const written = new Map<string, number>()
  const blobs = async (prefix: string): Promise<BlobItem[]> => {
    const found: BlobItem[] = []
    for await (const blob of container.listBlobsFlat({ prefix, includeMetadata: true })) found.push(blob)
    return found
  }
  const claim = async (wanted: PartitionOwnership): Promise<PartitionOwnership | undefined> => {
    const blob = container.getBlockBlobClient(`${folder(wanted, 'ownership')}${wanted.partitionId}`)
    const metadata = { ownerid: wanted.ownerId }
    try {
      const { etag, lastModified } = wanted.etag
        ? await blob.setMetadata(metadata, { conditions: { ifMatch: wanted.etag } })
        : await blob.upload('', 0, { metadata, conditions: { ifNoneMatch: '*' } })
      return { ...wanted, ...(etag && { etag }), lastModifiedTimeInMs: lastModified?.getTime() ?? Date.now() }
    } catch (error) {
      // Somebody else was faster, or the blob was removed by hand.
      if (isStatus(error, 404, 409, 412)) return undefined
      throw error
    }
  }
  return {
    lastWritten: (partitionId) => written.get(partitionId),
    async listOwnership(fullyQualifiedNamespace, eventHubName, consumerGroup) {
      const hub = { fullyQualifiedNamespace, eventHubName, consumerGroup }
      return (await blobs(folder(hub, 'ownership'))).map(({ name, metadata, properties }) => ({
        ...hub,
        partitionId: last(name),
        ownerId: metadata?.ownerid ?? '',
        lastModifiedTimeInMs: properties.lastModified.getTime(),
        etag: quoted(properties.etag),
      }))
    },
    async claimOwnership(wanted) {
      const claimed = await Promise.all(wanted.map(claim))
      return claimed.filter((one) => one !== undefined)
    },
    async updateCheckpoint(checkpoint) {
      const blob = container.getBlockBlobClient(
        `${folder(checkpoint, 'checkpoint')}${checkpoint.partitionId}`,
      )
      const metadata = {
        offset: checkpoint.offset,
        sequencenumber: String(checkpoint.sequenceNumber),
        clientidentifier: owner,
      }
      try {
        await blob.setMetadata(metadata)
      } catch (error) {
        if (!isStatus(error, 404)) throw error
        await blob.upload('', 0, { metadata })
      }
    },
    async listCheckpoints(fullyQualifiedNamespace, eventHubName, consumerGroup) {
      const hub = { fullyQualifiedNamespace, eventHubName, consumerGroup }
      const found: Checkpoint[] = []
      for (const { name, metadata, properties } of await blobs(folder(hub, 'checkpoint'))) {
        const sequenceNumber = Number(metadata?.sequencenumber)
        if (!metadata?.offset || Number.isNaN(sequenceNumber)) continue
        written.set(last(name), properties.lastModified.getTime())
        found.push({ ...hub, partitionId: last(name), offset: metadata.offset, sequenceNumber })
      }
      return found
    },
  }
}

type Hub = Pick<Checkpoint, 'fullyQualifiedNamespace' | 'eventHubName' | 'consumerGroup'>

const folder = (hub: Hub, kind: 'ownership' | 'checkpoint'): string =>
  `${hub.fullyQualifiedNamespace}/${hub.eventHubName}/${hub.consumerGroup}/${kind}/`.toLowerCase()

const last = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** Lists give etags without the quotes that conditions need. */
const quoted = (etag: string): string => (etag.startsWith('"') ? etag : `"${etag}"`)

const isStatus = (error: unknown, ...codes: number[]): boolean =>
  error instanceof RestError && codes.includes(error.statusCode ?? 0)
