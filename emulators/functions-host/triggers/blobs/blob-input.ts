// A blob as a function is given it: its bytes, and what is known about it.
import type { BlobGetPropertiesResponse, ContainerClient } from '@azure/storage-blob'
import type { TypedData } from '../../app/core-types.ts'
import type { BlobPattern } from './pattern.ts'

export interface BlobInput {
  data: TypedData
  triggerMetadata: Record<string, TypedData>
}

/** The blob, or with an etag this very version of it; undefined when it is gone. */
export async function readBlobInput(
  container: ContainerClient,
  name: string,
  pattern: BlobPattern,
  etag?: string,
): Promise<BlobInput | undefined> {
  const blob = container.getBlobClient(name)
  try {
    const properties = await blob.getProperties(etag === undefined ? {} : { conditions: { ifMatch: etag } })
    // What is written over in between is not taken for what was asked for.
    const conditions = { ifMatch: properties.etag! }
    const bytes = await blob.downloadToBuffer(0, undefined, { conditions })
    const names = Object.entries(pattern.match(name) ?? {}).map(([key, string]) => [key, { string }])
    return {
      data: { bytes },
      triggerMetadata: { ...Object.fromEntries(names), ...metadataOf(container, name, properties) },
    }
  } catch (error) {
    if ([404, 412].includes((error as { statusCode?: number }).statusCode ?? 0)) return undefined
    throw error
  }
}

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger#metadata */
function metadataOf(
  container: ContainerClient,
  name: string,
  properties: BlobGetPropertiesResponse,
): Record<string, TypedData> {
  return {
    BlobTrigger: { string: `${container.containerName}/${name}` },
    Uri: { string: container.getBlobClient(name).url },
    Properties: json({
      LastModified: properties.lastModified,
      ETag: properties.etag,
      ContentLength: properties.contentLength,
      ContentType: properties.contentType,
      BlobType: properties.blobType,
    }),
    Metadata: json(properties.metadata ?? {}),
  }
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) })
