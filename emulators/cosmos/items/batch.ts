// Batches. An atomic one is all or nothing under one transaction number; a bulk request is a list of independent
// operations that each succeed or fail. https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch

import type { Row } from '../storage/store.ts'
import { RolledBack } from '../storage/store.ts'
import { badRequest, CosmosError } from '../wire/errors.ts'
import { FAILURE_CHARGE } from './charge.ts'
import { isObject } from './partition-key.ts'
import { parsePatch } from './patch.ts'
import {
  createDocument,
  deleteDocument,
  patchDocument,
  readInBatch,
  replaceDocument,
  upsertDocument,
  type WriteScope,
  type Written,
} from './write.ts'

export const MAX_BATCH_OPERATIONS = 100

const TYPES = ['Create', 'Upsert', 'Read', 'Replace', 'Delete', 'Patch'] as const

export interface BatchOperation {
  type: (typeof TYPES)[number]
  id: string
  body: unknown
  ifMatch?: string
  ifNoneMatch?: string
  /** The key of this operation, as JSON text, where it brings one of its own. */
  partitionKey?: string
}

export interface BatchResult {
  status: number
  charge: number
  etag?: string
  body?: string
  message?: string
}

export interface BatchOptions {
  strong: boolean
  compile: (condition: string) => (document: Row) => boolean
}

/** @throws CosmosError 400 when the list or one of its operations is malformed. */
export function parseBatch(body: unknown): BatchOperation[] {
  if (!Array.isArray(body) || body.length === 0) throw badRequest('Batch request has no operations.')
  if (body.length > MAX_BATCH_OPERATIONS) {
    throw badRequest(`Batch request has more operations than what is supported: ${MAX_BATCH_OPERATIONS}.`)
  }
  return body.map((operation: unknown, index) => {
    const type = isObject(operation) ? TYPES.find((name) => name === operation.operationType) : undefined
    if (!isObject(operation) || !type) {
      throw badRequest(`Batch operation ${index} has no known operationType (${TYPES.join(', ')}).`)
    }
    const text = (name: string) => (typeof operation[name] === 'string' ? { [name]: operation[name] } : {})
    const id = operation.id ?? (isObject(operation.resourceBody) ? operation.resourceBody.id : undefined)
    return {
      type,
      id: typeof id === 'string' ? id : '',
      body: operation.resourceBody,
      ...text('ifMatch'),
      ...text('ifNoneMatch'),
      ...text('partitionKey'),
    }
  })
}

/**
 * Carries out all operations in order, each seeing the ones before. When one fails the others are answered 424.
 * @throws RolledBack with the results, so that the store undoes what was written.
 */
export function runAtomic(
  scope: WriteScope,
  operations: BatchOperation[],
  options: BatchOptions,
): BatchResult[] {
  const results: BatchResult[] = []
  for (const operation of operations) {
    const result = attempt(scope, operation, options)
    if (result.status < 400 && result.status !== 304) {
      results.push(result)
      continue
    }
    const failedAt = results.length
    throw new RolledBack(
      operations.map((_, index) => (index === failedAt ? result : { status: 424, charge: 0 })),
    )
  }
  return results
}

/** One operation; what it throws of the service's own errors becomes its result. */
export function attempt(scope: WriteScope, operation: BatchOperation, options: BatchOptions): BatchResult {
  try {
    return run(scope, operation, options)
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error
    return { status: error.status, charge: FAILURE_CHARGE, message: error.message }
  }
}

function run(scope: WriteScope, operation: BatchOperation, { strong, compile }: BatchOptions): Written {
  const { type, id, body, ifNoneMatch } = operation
  switch (type) {
    case 'Create':
      return createDocument(scope, body)
    case 'Upsert':
      return upsertDocument(scope, body, operation)
    case 'Replace':
      return replaceDocument(scope, id, body, operation)
    case 'Delete':
      return deleteDocument(scope, id, operation)
    case 'Patch':
      return patchDocument(scope, id, parsePatch(body, compile), operation)
    case 'Read': {
      const found = readInBatch(scope, id, strong)
      if (ifNoneMatch !== undefined && (ifNoneMatch === '*' || ifNoneMatch === found.etag)) {
        return { status: 304, charge: found.charge, etag: found.etag! }
      }
      return found
    }
  }
}

/** The JSON of the results, documents spliced in as the texts they are stored as. */
export function formatResults(
  results: readonly BatchResult[],
  minimal: boolean,
  operations: BatchOperation[],
): string {
  const parts = results.map(({ status, charge, etag, body, message }, index) => {
    const shown = body !== undefined && (!minimal || operations[index]!.type === 'Read')
    return `{"statusCode":${status},"requestCharge":${charge}${etag ? `,"eTag":${JSON.stringify(etag)}` : ''}${
      shown ? `,"resourceBody":${body}` : ''
    }${message ? `,"message":${JSON.stringify(message)}` : ''}}`
  })
  return `[${parts.join(',')}]`
}
