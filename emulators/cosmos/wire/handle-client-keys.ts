// Client encryption keys: kept and given back. What they encrypt is encrypted, and decrypted, by the client alone.
import { z } from 'zod'
import type { ClientKey } from '../storage/client-keys.ts'
import type { Call, Handler } from './call.ts'
import { badRequest } from './errors.ts'
import type { Answer } from './reply.ts'
import { header, parseJson } from './request.ts'
import { search } from './search.ts'

const pattern = z
  .object({
    id: z.string().min(1).max(255),
    encryptionAlgorithm: z.string(),
    wrappedDataEncryptionKey: z.string(),
    keyWrapMetadata: z.object({ name: z.string(), type: z.string(), value: z.string() }).loose(),
  })
  .loose()

const databaseOf = ({ service, resource }: Call) => service.catalog.database(resource.database!)
const all = (call: Call) => call.service.clientKeys.list(databaseOf(call).number)

function parse({ request }: Call) {
  const parsed = pattern.safeParse(parseJson(request.body))
  if (parsed.success) return parsed.data
  throw badRequest(
    'A client encryption key needs "id", "encryptionAlgorithm", "wrappedDataEncryptionKey" and "keyWrapMetadata".',
  )
}

const one = (status: number, key: ClientKey): Answer => ({
  status,
  body: JSON.stringify(key),
  etag: key._etag,
})

function list(call: Call, found: unknown[]): Answer {
  const body = { _rid: databaseOf(call).rid, ClientEncryptionKeys: found, _count: found.length }
  return {
    status: 200,
    body: JSON.stringify(body),
    headers: { 'x-ms-item-count': String(found.length) },
  }
}

export const createClientKey: Handler = (call) =>
  one(201, call.service.clientKeys.create(databaseOf(call).number, parse(call)))

/** A client that cannot unwrap a key any more asks whether there is a newer one. */
export const readClientKey: Handler = (call) => {
  const key = call.service.clientKeys.find(databaseOf(call).number, call.resource.id!)
  const isKnown = header(call.request, 'if-none-match') === key._etag
  return isKnown ? { status: 304, etag: key._etag } : one(200, key)
}

export const replaceClientKey: Handler = (call) => {
  const key = parse(call)
  if (key.id !== call.resource.id) throw badRequest('The id of a client encryption key cannot be changed.')
  const ifMatch = header(call.request, 'if-match')
  return one(200, call.service.clientKeys.replace(databaseOf(call).number, key, ifMatch))
}

export const listClientKeys: Handler = (call) => list(call, all(call))

export const queryClientKeys: Handler = (call) => list(call, search(call, all(call)))
