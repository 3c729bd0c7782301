// What a function fired by hand is given: the input in the shape its trigger would have delivered.
import type { Binding, TypedData } from './app/core-types.ts'
import { resolveConnection, resolveSettings } from './app/settings.ts'
import type { BlobServices } from './bindings/blobs.ts'
import type { HostedFunction } from './hosted-function.ts'
import { readBlobInput } from './triggers/blobs/blob-input.ts'
import { parseBlobPattern } from './triggers/blobs/pattern.ts'
import { metadataOf } from './triggers/queue.ts'
import { timerData } from './triggers/timer.ts'
import { statusOf } from './triggers/timer-status.ts'

/** The request asks for something that cannot be fired by hand. */
export class NotFireable extends Error {}

export interface ManualInput {
  data: TypedData
  triggerMetadata?: Record<string, TypedData>
}

/** @throws NotFireable for HTTP functions, and for input the trigger could never deliver. */
export async function manualInput(
  { name, type, binding }: HostedFunction,
  input: string,
  now: number,
  blobs: BlobServices,
): Promise<ManualInput> {
  switch (type) {
    case 'httptrigger':
      throw new NotFireable(`"${name}" is an HTTP function: call its route.`)
    case 'timertrigger':
      return { data: timerData(false, statusOf(0, now)) }
    case 'cosmosdbtrigger':
      if (!isArray(input)) throw new NotFireable(`"${name}" takes a JSON array of documents as its input.`)
      return { data: { json: input } }
    case 'queuetrigger':
      return { data: { string: input }, triggerMetadata: queueMetadata(input, new Date(now)) }
    case 'blobtrigger':
      return await namedBlob(binding, input, blobs)
    case 'eventhubtrigger':
      return /^many$/i.test(String(binding.cardinality))
        ? { data: { collectionString: { string: [input] } } }
        : { data: { string: input } }
    default:
      return { data: { string: input } }
  }
}

/** Of a blob trigger the input is the path of a blob. */
async function namedBlob(binding: Binding, path: string, blobs: BlobServices): Promise<ManualInput> {
  const slash = path.indexOf('/')
  const connection = resolveConnection(String(binding.connection || 'AzureWebJobsStorage'))
  const container = (await blobs(connection)).getContainerClient(path.slice(0, Math.max(slash, 0)))
  const pattern = parseBlobPattern(resolveSettings(String(binding.path)))
  const found = slash > 0 && (await readBlobInput(container, path.slice(slash + 1), pattern))
  if (!found) throw new NotFireable(`There is no blob "${path}": the input is a path, container/blob.`)
  return found
}

function isArray(input: string): boolean {
  try {
    return Array.isArray(JSON.parse(input))
  } catch {
    return false
  }
}

function queueMetadata(input: string, now: Date): Record<string, TypedData> {
  const week = new Date(now.getTime() + 7 * 24 * 3600_000)
  return metadataOf(
    {
      messageId: '00000000-0000-0000-0000-000000000000',
      messageText: input,
      popReceipt: '',
      dequeueCount: 1,
      insertedOn: now,
      expiresOn: week,
      nextVisibleOn: now,
    },
    input,
  )
}
