// The blob trigger: lists its container every ten seconds, and each version of a blob that has no receipt is run.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger
import { randomUUID } from 'node:crypto'
import { pause, systemClock } from '../../../kit/clock.ts'
import { resolveConnection, resolveSettings } from '../../app/settings.ts'
import type { BlobServices } from '../../bindings/blobs.ts'
import { createBackoff } from '../backoff.ts'
import { requiredText, type Trigger, type TriggerParts } from '../trigger.ts'
import { readBlobInput } from './blob-input.ts'
import type { FoundBlobs } from './found.ts'
import { parseBlobPattern } from './pattern.ts'
import { createReceipts } from './receipts.ts'

const POLL_MS = 10_000
/** How long the start of the host waits for the container to be listed once. */
const FIRST_LIST_MS = 3_000

/** @throws Error when its path, its connection or the app's storage is missing or not valid. */
export async function startBlob(
  parts: TriggerParts,
  blobs: BlobServices,
  found: FoundBlobs,
  hostId: string,
): Promise<Trigger> {
  const { target, binding, bindingName, invoke, clock, log } = parts
  const { name } = target.metadata
  const storage = process.env.AzureWebJobsStorage
  if (!storage) throw new Error('its receipts are blobs: the app setting "AzureWebJobsStorage" is missing.')
  const pattern = parseBlobPattern(resolveSettings(requiredText(parts, 'path')))
  const service = await blobs(resolveConnection(String(binding.connection || 'AzureWebJobsStorage')))
  const container = service.getContainerClient(pattern.container)
  const functionId = `Host.Functions.${name}`
  const receipts = createReceipts(await blobs(storage), hostId, functionId)
  const stopping = new AbortController()

  await found.listen(functionId, async ({ BlobName, ETag }) => {
    const read = await readBlobInput(container, BlobName, pattern, ETag)
    // Deleted or written over in the meantime: a newer version is found by itself.
    if (!read) return log('debug', 'blob-changed', { function: name, blob: BlobName })
    await invoke(target, {
      invocationId: randomUUID(),
      inputData: [{ name: bindingName, data: read.data }],
      triggerMetadata: read.triggerMetadata,
    })
  })

  const list = async (): Promise<void> => {
    for await (const { name: blobName, properties } of container.listBlobsFlat({
      abortSignal: stopping.signal,
    })) {
      if (stopping.signal.aborted) return
      if (!pattern.match(blobName)) continue
      const etag = quoted(properties.etag)
      const blob = { container: pattern.container, name: blobName, etag }
      await receipts.once(blob, () =>
        found.put({
          FunctionId: functionId,
          ContainerName: pattern.container,
          BlobName: blobName,
          ETag: etag,
        }),
      )
    }
  }

  const listed = Promise.withResolvers<void>()
  const poll = async (): Promise<void> => {
    const backoff = createBackoff()
    let away = false
    while (!stopping.signal.aborted) {
      let wait = POLL_MS
      try {
        await list()
        log('debug', 'blobs-listed', { function: name })
        backoff.reset()
        away = false
      } catch (error) {
        const isMissing = (error as { code?: string }).code === 'ContainerNotFound'
        if (!isMissing && !stopping.signal.aborted) {
          log(away ? 'debug' : 'error', 'blob-list', { function: name, error: String(error) })
          away = true
          wait = backoff.next()
        }
      }
      listed.resolve()
      await pause(clock, wait, stopping.signal)
    }
  }
  const polling = poll()
  await Promise.race([listed.promise, pause(systemClock, FIRST_LIST_MS, stopping.signal)])
  return {
    async stop() {
      stopping.abort()
      await polling
      await found.leave(functionId)
    },
  }
}

const quoted = (etag: string): string => (etag.startsWith('"') ? etag : `"${etag}"`)
