// Single documents and batches.
import { attempt, type BatchResult, formatResults, parseBatch, runAtomic } from '../items/batch.ts'
import { readCharge, round } from '../items/charge.ts'
import { deletePartition } from '../items/delete-key.ts'
import { MAX_BYTES, tooLarge } from '../items/limits.ts'
import { canonicalKey, parsePartitionKey } from '../items/partition-key.ts'
import { parsePatch } from '../items/patch.ts'
import { findDocument } from '../items/read.ts'
import {
  createDocument,
  deleteDocument,
  patchDocument,
  replaceDocument,
  upsertDocument,
  type WriteScope,
  type Written,
} from '../items/write.ts'
import { compileCondition } from '../query/condition.ts'
import {
  type Call,
  checkSession,
  collectionOf,
  commit,
  completeKey,
  type Handler,
  rangeOf,
  refuseScripts,
  requiredKey,
  seconds,
  strongReads,
  writeScope,
} from './call.ts'
import { badRequest, CosmosError, notFound } from './errors.ts'
import type { Answer } from './reply.ts'
import { header, isTrue, parseJson } from './request.ts'

export const readItem: Handler = (call) => {
  const collection = collectionOf(call)
  const key = requiredKey(call, collection)
  checkSession(call, collection)
  const pk = canonicalKey(key)
  const found = findDocument(collection, pk, call.resource.id!, seconds(call))
  if (!found) throw notFound()
  const range = collection.ranges.of(pk).id
  const charge = readCharge(found.bytes, strongReads(call))
  const known = header(call.request, 'if-none-match')
  if (known === '*' || known === found.etag)
    return { status: 304, charge, etag: found.etag, collection, range }
  return { status: 200, charge, etag: found.etag, body: found.body, collection, range }
}

/** A handler for a write of one document. */
const writing =
  (write: (scope: WriteScope, call: Call, body: unknown) => Written, hasBody = true): Handler =>
  async (call) => {
    refuseScripts(call)
    const collection = collectionOf(call)
    const key = requiredKey(call, collection)
    if (call.request.body.length > MAX_BYTES) throw tooLarge()
    const body = hasBody ? parseJson(call.request.body) : undefined
    strongReads(call)
    const scope = writeScope(call, collection, key)
    return answer(await commit(call, () => write(scope, call, body)), scope)
  }

const match = ({ request }: Call) => ({
  ifMatch: header(request, 'if-match'),
  ifNoneMatch: header(request, 'if-none-match'),
})

export const createItem = writing((scope, _, body) => createDocument(scope, body))

export const upsertItem = writing((scope, call, body) => upsertDocument(scope, body, match(call)))

export const replaceItem = writing((scope, call, body) =>
  replaceDocument(scope, call.resource.id!, body, match(call)),
)

/** Compiles conditions of patches, which may ask for the time. */
function conditionsAt({ service }: Call) {
  return (text: string) => {
    const test = compileCondition(text)
    return (document: unknown) => test(document, service.clock())
  }
}

export const patchItem = writing((scope, call, body) =>
  patchDocument(scope, call.resource.id!, parsePatch(body, conditionsAt(call)), match(call)),
)

export const deleteItem = writing(
  (scope, call) => deleteDocument(scope, call.resource.id!, match(call)),
  false,
)

export const deleteKey: Handler = async (call) => {
  const collection = collectionOf(call)
  const scope = writeScope(call, collection, requiredKey(call, collection))
  await commit(call, () => deletePartition(scope))
  return { status: 200, collection, range: collection.ranges.of(scope.pk).id }
}

function answer({ status, charge, etag, body }: Written, { collection, pk }: WriteScope): Answer {
  const range = collection.ranges.of(pk).id
  return { status, charge, collection, range, ...(etag && { etag }), ...(body !== undefined && { body }) }
}

export const batchItems: Handler = async (call) => {
  const { collection, operations, options, minimal } = prepareBatch(call)
  const key = requiredKey(call, collection)
  const pk = canonicalKey(key)
  for (const { partitionKey } of operations) {
    if (
      partitionKey !== undefined &&
      canonicalKey(completeKey(parsePartitionKey(partitionKey), collection)) !== pk
    ) {
      throw badRequest(
        'One or more operations within the batch request have a different partition key value than the request.',
      )
    }
  }
  const scope = writeScope(call, collection, key)
  const results = await commit(call, () => runAtomic(scope, operations, options), { atomic: true })
  const failed = results.some(({ status }) => status >= 300)
  return {
    status: failed ? 207 : 200,
    charge: total(results),
    body: formatResults(results, minimal, operations),
    collection,
    range: collection.ranges.of(pk).id,
    headers: { 'x-ms-item-count': String(results.length) },
  }
}

export const bulkItems: Handler = async (call) => {
  const { collection, operations, options, minimal } = prepareBatch(call)
  const range = rangeOf(call, collection)
  const ownKey = header(call.request, 'x-ms-documentdb-partitionkey')
  const goesOn = isTrue(header(call.request, 'x-ms-cosmos-batch-continue-on-error'))
  // All keys are looked at before anything is written: a client that is answered 410 sends everything again.
  const scopes = operations.map(({ partitionKey = ownKey }) => {
    if (partitionKey === undefined) {
      throw badRequest('PartitionKey value must be supplied for every operation.')
    }
    const key = completeKey(parsePartitionKey(partitionKey), collection)
    if (range !== undefined && Number(collection.ranges.of(canonicalKey(key)).id) !== range) {
      throw new CosmosError(410, 'An operation belongs to another partition key range.', 1002)
    }
    return () => writeScope(call, collection, key)
  })
  const results = await commit(call, () => {
    let stopped = false
    return operations.map((operation, i): BatchResult => {
      if (stopped) return { status: 424, charge: 0 }
      const result = attempt(scopes[i]!(), operation, options)
      if (result.status >= 400 && !goesOn) stopped = true
      return result
    })
  })
  const failed = results.some(({ status }) => status >= 400)
  return {
    status: failed ? 207 : 200,
    charge: total(results),
    body: formatResults(results, minimal, operations),
    collection,
    ...(range !== undefined && { range: String(range) }),
    headers: { 'x-ms-item-count': String(results.length) },
  }
}

function prepareBatch(call: Call) {
  refuseScripts(call)
  const { request } = call
  if (request.body.length > MAX_BYTES) throw tooLarge()
  return {
    collection: collectionOf(call),
    operations: parseBatch(parseJson(request.body)),
    options: { strong: strongReads(call), compile: conditionsAt(call) },
    minimal: header(request, 'prefer')?.toLowerCase() === 'return=minimal',
  }
}

const total = (results: readonly BatchResult[]) => round(results.reduce((sum, { charge }) => sum + charge, 0))
