// The bytes of attachments in Blob Storage. The SDK signs addresses; the few requests of our own go through such addresses
// too, so that none of its clients, half a megabyte of them, is in the bundle.
import type { TokenCredential } from '@azure/identity'
import {
  BlobSASPermissions,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { ChatError } from '../domain/error.ts'
import type { MediaStore, StoredBytes } from '../services/ports/media.ts'
import { createDelegation, STORAGE_VERSION } from './delegation-key.ts'

export type MediaTarget = { connectionString: string } | { endpoint: string; credential: TokenCredential }

const CONTAINER = 'media'
const UPLOAD_MS = 15 * 60_000
const READ_MS = 5 * 60_000
const OWN_MS = 60_000
const PATIENCE_MS = 10_000

interface Served {
  contentType?: string
  disposition?: string
}

export function createMediaStore(target: MediaTarget, now: () => number = Date.now): MediaStore {
  const signer = 'connectionString' in target ? byKey(target.connectionString) : byIdentity(target, now)
  const sign = async (
    chatId: string,
    attachmentId: string,
    permissions: string,
    ms: number,
    served: Served = {},
  ) => {
    const blobName = `${chatId}/${attachmentId}`
    const expiresOn = new Date(now() + ms)
    const query = await signer.sign({
      version: STORAGE_VERSION,
      containerName: CONTAINER,
      blobName,
      permissions: BlobSASPermissions.parse(permissions),
      expiresOn,
      protocol: signer.endpoint.startsWith('https:') ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
      ...(served.contentType !== undefined && { contentType: served.contentType }),
      ...(served.disposition !== undefined && { contentDisposition: served.disposition }),
    })
    return { url: `${signer.endpoint}/${CONTAINER}/${blobName}?${query}`, expiresAt: expiresOn.toISOString() }
  }
  return {
    async uploadUrl({ chatId, attachmentId, contentType }) {
      const signed = await sign(chatId, attachmentId, 'c', UPLOAD_MS)
      return { ...signed, headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': contentType } }
    },
    readUrl: ({ chatId, attachmentId }, served) => sign(chatId, attachmentId, 'r', READ_MS, served),
    async inspect(chatId, attachmentId, bytes) {
      const { url } = await sign(chatId, attachmentId, 'r', OWN_MS)
      const response = await ask(
        url,
        bytes > 0 ? { headers: { range: `bytes=0-${bytes - 1}` } } : { method: 'HEAD' },
      )
      // A range of nothing cannot be served.
      if (response.status === 404 || response.status === 416) return undefined
      return toStored(response, bytes > 0 ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array())
    },
    async remove(chatId, attachmentId) {
      const { url } = await sign(chatId, attachmentId, 'd', OWN_MS)
      await ask(url, { method: 'DELETE', headers: { 'x-ms-delete-snapshots': 'include' } })
    },
  }
}

function toStored(response: Response, start: Uint8Array): StoredBytes {
  const header = (name: string): string => response.headers.get(name) ?? ''
  return {
    size: Number(/\/(\d+)$/.exec(header('content-range'))?.[1] ?? header('content-length')),
    contentType: header('content-type'),
    isPlain: header('content-encoding') === '' && header('x-ms-blob-type') === 'BlockBlob',
    etag: header('etag'),
    start,
  }
}

/** @throws ChatError `unavailable` when there is no answer, or none that is to be expected */
async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) })
    if (response.ok || response.status === 404 || response.status === 416) return response
    throw new Error(
      `The storage answered ${response.status} ${response.headers.get('x-ms-error-code') ?? ''}.`,
    )
  } catch (cause) {
    throw new ChatError('unavailable', 'The storage is not answering.', { cause })
  }
}

type Values = Parameters<typeof generateBlobSASQueryParameters>[0]

interface Signer {
  /** With the account at the end, where the address has it in its path. */
  endpoint: string
  sign(values: Values): Promise<string>
}

/** Keys exist only for emulators. */
function byKey(connectionString: string): Signer {
  const part = (name: string): string =>
    new RegExp(`(?:^|;)${name}=([^;]+)`, 'i').exec(connectionString)?.[1] ?? ''
  const credential = new StorageSharedKeyCredential(part('AccountName'), part('AccountKey'))
  const suffix = part('EndpointSuffix') || 'core.windows.net'
  const endpoint = part('BlobEndpoint') || `https://${credential.accountName}.blob.${suffix}`
  return {
    endpoint: endpoint.replace(/\/$/, ''),
    sign: async (values) => generateBlobSASQueryParameters(values, credential).toString(),
  }
}

function byIdentity(target: { endpoint: string; credential: TokenCredential }, now: () => number): Signer {
  const endpoint = target.endpoint.replace(/\/$/, '')
  const account = new URL(endpoint).hostname.split('.')[0]!
  const delegation = createDelegation(endpoint, target.credential, now)
  return {
    endpoint,
    sign: async (values) =>
      generateBlobSASQueryParameters(values, await delegation.key(), account).toString(),
  }
}
