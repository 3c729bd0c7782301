// Point reads, by partition key and id.

import type { Collection } from '../storage/collection.ts'
import { aliveClause } from '../storage/expiry.ts'
import type { Stored } from './document.ts'

/** The document with this id under the key, as stored; undefined when absent or expired at `now` (Unix seconds). */
export function findDocument(
  collection: Collection,
  key: string,
  id: string,
  now: number,
): Stored | undefined {
  const statement = collection.prepare(
    `SELECT n, etag, body FROM ${collection.table} WHERE pk = ? AND id = ?${aliveClause(collection)}`,
  )
  const row = collection.expires ? statement.get(key, id, now) : statement.get(key, id)
  if (!row) return undefined
  const { n, etag, body } = row as { n: number; etag: string; body: string }
  return { n, etag, body, bytes: Buffer.byteLength(body) }
}
