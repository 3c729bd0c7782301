// A document on its way in and out: checked, its system properties replaced by ours, and kept as the very text that is sent.

import type { Collection } from '../storage/collection.ts'
import type { Row } from '../storage/store.ts'
import { badRequest } from '../wire/errors.ts'
import { checkId, checkTtl, MAX_BYTES, tooLarge } from './limits.ts'
import { isObject } from './partition-key.ts'

const SYSTEM = ['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn'] as const

/** One transaction's number and time, shared by all it writes. */
export interface Stamp {
  readonly lsn: number
  /** Unix time in seconds. */
  readonly ts: number
  /** Writes so far under this stamp; keeps their etags apart. */
  writes: number
}

export interface Stored {
  n: number
  etag: string
  body: string
  bytes: number
}

/** The transaction number that is part of an etag. */
export const lsnOf = (etag: string) => Number.parseInt(etag.slice(-13, -1), 16)

/** Takes the collection's next transaction number. */
export function nextStamp(collection: Collection, now: number): Stamp {
  collection.dirty = true
  collection.lsn += 1
  return { lsn: collection.lsn, ts: now, writes: 0 }
}

/**
 * Checks that the value can be stored as a document and drops the system properties it may have brought along.
 * @throws CosmosError 400
 */
export function toDocument(value: unknown): Row & { id: string } {
  if (!isObject(value)) throw badRequest('The request payload is invalid: a document must be a JSON object.')
  for (const name of SYSTEM) if (name in value) delete value[name]
  const { id, ttl } = value
  if (typeof id !== 'string' || id === '') {
    throw badRequest("The input content is invalid because the required properties - 'id; ' - are missing.")
  }
  checkId(id)
  checkTtl(ttl)
  return value as Row & { id: string }
}

/**
 * The text of a document as stored and sent, with its new etag.
 * @throws CosmosError 413 when it is larger than 2 MB.
 */
export function seal(collection: Collection, document: Row, n: number, stamp: Stamp): Stored {
  const rid = collection.documentRid(n)
  const version = `${(stamp.writes++).toString(16).padStart(4, '0')}-${stamp.lsn.toString(16).padStart(12, '0')}`
  const etag = `"00000000-0000-0000-${version}"`
  const own = JSON.stringify(document)
  const self = `${collection.self}docs/${rid}/`
  const body = `${own.slice(0, -1)},"_rid":"${rid}","_self":"${self}","_etag":"\\"${etag.slice(1, -1)}\\"","_attachments":"attachments/","_ts":${stamp.ts}}`
  const bytes = Buffer.byteLength(body)
  if (bytes > MAX_BYTES) throw tooLarge()
  return { n, etag, body, bytes }
}
