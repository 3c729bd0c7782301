// The writes of single documents. Each checks everything before its one SQL statement, so a refused write has left
// nothing behind and needs no undoing. All of them run inside a transaction of the store.

import type { Collection } from '../storage/collection.ts'
import { expiryOf } from '../storage/expiry.ts'
import type { Row } from '../storage/store.ts'
import { badRequest, conflict, notFound, preconditionFailed, uniqueConflict } from '../wire/errors.ts'
import { readCharge, round, writeCharge } from './charge.ts'
import { lsnOf, nextStamp, type Stamp, type Stored, seal, toDocument } from './document.ts'
import { canonicalKey, extractPartitionKey, type KeyValue } from './partition-key.ts'
import { applyPatch, type PatchRequest } from './patch.ts'
import { findDocument } from './read.ts'
import { removeExpired } from './remove-expired.ts'
import { logChange } from './version-log.ts'

/** Where and when an operation happens. */
export interface WriteScope {
  collection: Collection
  key: readonly KeyValue[]
  /** The key as stored. */
  pk: string
  /** Unix seconds. */
  now: number
  /** Taken from the collection at the first write, so that a refused operation uses up no number. */
  stamp?: Stamp
}

/** Etags a write is conditional on. */
export interface Match {
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
}

export interface Written {
  status: number
  charge: number
  etag?: string
  /** The document's text. */
  body?: string
}

/** @throws CosmosError 409 when the id, or a unique key, is taken in the partition. */
export function createDocument(scope: WriteScope, value: unknown): Written {
  const document = checked(scope, value)
  const stored = insert(scope, document)
  return written(scope, 201, document, stored, false)
}

/** Creates, or replaces what has the id already. @throws CosmosError 412, 409 for a unique key. */
export function upsertDocument(scope: WriteScope, value: unknown, match?: Match): Written {
  const document = checked(scope, value)
  const existing = findDocument(scope.collection, scope.pk, document.id, scope.now)
  if (!existing) {
    // The service ignores an If-Match when there is nothing to match.
    return written(scope, 201, document, insert(scope, document), false)
  }
  checkMatch(existing, match)
  return written(scope, 200, document, update(scope, document, existing), true)
}

/** @throws CosmosError 404, 412, 409 for a unique key, 400 when the id changes. */
export function replaceDocument(scope: WriteScope, id: string, value: unknown, match?: Match): Written {
  const document = checked(scope, value)
  if (document.id !== id) throw badRequest('Replacing the id of a document is not allowed.')
  const existing = mustFind(scope, id)
  checkMatch(existing, match)
  return written(scope, 200, document, update(scope, document, existing), true)
}

/** @throws CosmosError 404, 412 for the etag or the condition, 400 for an operation that does not apply. */
export function patchDocument(scope: WriteScope, id: string, patch: PatchRequest, match?: Match): Written {
  const existing = mustFind(scope, id)
  checkMatch(existing, match)
  const before = JSON.parse(existing.body) as Row
  if (patch.condition && !patch.condition(before)) throw preconditionFailed()
  const after = toDocument(applyPatch(before, patch.operations, scope.collection.keyPaths))
  return written(scope, 200, after, update(scope, after, existing), true)
}

/** @throws CosmosError 404, 412 */
export function deleteDocument(scope: WriteScope, id: string, match?: Match): Written {
  const { collection } = scope
  const existing = mustFind(scope, id)
  checkMatch(existing, match)
  const stamp = stampOf(scope)
  const before = JSON.parse(existing.body) as Row
  collection.prepare(`DELETE FROM ${collection.table} WHERE n = ?`).run(existing.n)
  collection.postings.update(existing.n, scope.pk, before, undefined)
  const previous = { body: existing.body, lsn: lsnOf(existing.etag) }
  logChange(collection, stamp, { operation: 'delete', pk: scope.pk, id, previous })
  const charge = writeCharge(collection, before, existing.bytes, false)
  return { status: 204, charge }
}

/** A read among the writes of a batch. @throws CosmosError 404 */
export function readInBatch(scope: WriteScope, id: string, strong: boolean): Written {
  const { etag, body, bytes } = mustFind(scope, id)
  return { status: 200, charge: readCharge(bytes, strong), etag, body }
}

/** Refuses when an If-Match names another version, or an If-None-Match this one. `*` matches any. RFC 9110, 13.1. */
function checkMatch({ etag }: Stored, { ifMatch, ifNoneMatch }: Match = {}): void {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag) throw preconditionFailed()
  if (ifNoneMatch === '*' || ifNoneMatch === etag) throw preconditionFailed()
}

function checked(scope: WriteScope, value: unknown): Row & { id: string } {
  const document = toDocument(value)
  const key = canonicalKey(extractPartitionKey(document, scope.collection.keyPaths))
  if (key !== scope.pk) {
    throw badRequest(
      "PartitionKey extracted from document doesn't match the one specified in the header",
      1001,
    )
  }
  return document
}

function mustFind(scope: WriteScope, id: string): Stored {
  const found = findDocument(scope.collection, scope.pk, id, scope.now)
  if (!found) throw notFound()
  return found
}

function stampOf(scope: WriteScope): Stamp {
  const { collection, now, pk } = scope
  // What has expired was deleted before whatever takes its place, and is to be numbered so.
  if (!scope.stamp && collection.expires && collection.retention !== undefined) {
    removeExpired(collection, now, pk)
  }
  scope.stamp ??= nextStamp(collection, now)
  return scope.stamp
}

function insert(scope: WriteScope, document: Row & { id: string }): Stored {
  const { collection, pk } = scope
  const stamp = stampOf(scope)
  const stored = seal(collection, document, collection.next++, stamp)
  const expires = expiryOf(document, stamp.ts, collection.definition.defaultTtl)
  const statement = collection.prepare(
    `INSERT INTO ${collection.table} (n, pk, id, rng, lsn, etag, ts, exp, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const range = Number(collection.ranges.of(pk).id)
  guardConstraints(scope, () =>
    statement.run(stored.n, pk, document.id, range, stamp.lsn, stored.etag, stamp.ts, expires, stored.body),
  )
  collection.postings.update(stored.n, pk, undefined, document)
  logChange(collection, stamp, { operation: 'create', pk, id: document.id, current: stored.body })
  return stored
}

function update(scope: WriteScope, document: Row & { id: string }, existing: Stored): Stored {
  const { collection, pk } = scope
  const { n } = existing
  const stamp = stampOf(scope)
  const stored = seal(collection, document, n, stamp)
  const expires = expiryOf(document, stamp.ts, collection.definition.defaultTtl)
  const statement = collection.prepare(
    `UPDATE ${collection.table} SET lsn = ?, etag = ?, ts = ?, exp = ?, body = ? WHERE n = ?`,
  )
  guardConstraints(scope, () => statement.run(stamp.lsn, stored.etag, stamp.ts, expires, stored.body, n))
  if (collection.postings.paths > 0) collection.postings.update(n, pk, JSON.parse(existing.body), document)
  const previous = { body: existing.body, lsn: lsnOf(existing.etag) }
  logChange(collection, stamp, { operation: 'replace', pk, id: document.id, current: stored.body, previous })
  return stored
}

/** Lets SQLite's unique indexes decide; a rival that has expired is removed and does not count. */
function guardConstraints({ collection, pk, now }: WriteScope, run: () => unknown): void {
  for (let attempt = 0; ; attempt++) {
    try {
      run()
      return
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      if (attempt === 0 && collection.expires) {
        if (removeExpired(collection, now, pk) > 0) continue
      }
      throw error.message.includes(`${collection.table}.id`) ? conflict() : uniqueConflict()
    }
  }
}

/** SQLITE_CONSTRAINT_UNIQUE, known by its code, not its class: a test runner's own realm has another `Error`. */
function isUniqueViolation(error: unknown): error is { message: string } {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === 2067
}

function written(
  scope: WriteScope,
  status: number,
  document: Row,
  stored: Stored,
  replaces: boolean,
): Written {
  const charge = round(writeCharge(scope.collection, document, stored.bytes, replaces))
  return { status, charge, etag: stored.etag, body: stored.body }
}
