// What every handler gets, and what they share: finding the container, reading the partition key, naming the step
// between commit and answer at which a fault may kill the process.
import type { Faults } from '../../kit/faults.ts'
import { checkKeySize } from '../items/limits.ts'
import { canonicalKey, type KeyValue, parsePartitionKey } from '../items/partition-key.ts'
import type { WriteScope } from '../items/write.ts'
import type { Catalog } from '../storage/catalog.ts'
import type { ClientKeys } from '../storage/client-keys.ts'
import type { Collection } from '../storage/collection.ts'
import type { Offers } from '../storage/offers.ts'
import type { Store } from '../storage/store.ts'
import type { Users } from '../storage/users.ts'
import { type Consistency, isSession, isStrong, parseSession } from './consistency.ts'
import { badRequest, CosmosError, notImplemented } from './errors.ts'
import type { OperationName } from './operation.ts'
import type { Answer } from './reply.ts'
import { header, type RawRequest, type Resource } from './request.ts'

export interface Service {
  store: Store
  catalog: Catalog
  offers: Offers
  users: Users
  clientKeys: ClientKeys
  masterKey: Buffer
  /** What new containers get that ask for none, in request units per second. */
  throughput: number | undefined
  consistency: Consistency
  scheme: 'http' | 'https'
  faults: Faults
  /** Unix milliseconds. */
  clock(): number
}

export interface Call {
  service: Service
  request: RawRequest
  resource: Resource
  operation: OperationName
}

export type Handler = (call: Call) => Answer | Promise<Answer>

/**
 * The container of the request; the one the client means, if it says which: it encrypts by what it has read of it.
 * @throws CosmosError 404, 400 with sub-status 1024 for another of the same name.
 */
export function collectionOf({ service, resource, request }: Call): Collection {
  const collection = service.catalog.collection(resource.database!, resource.container ?? resource.id!)
  const meant = header(request, 'x-ms-cosmos-intended-collection-rid')
  if (meant === undefined || meant === collection.rid) return collection
  throw badRequest('The container was made anew since the client read it; its rid does not match.', 1024)
}

export const seconds = ({ service }: Call) => Math.floor(service.clock() / 1000)

/** Whether reads of this request are charged double. */
export const strongReads = ({ service, request }: Call) =>
  isStrong(service.consistency, header(request, 'x-ms-consistency-level'))

/**
 * Refuses a read that goes on from a state this container has not reached, as one that was deleted and made again.
 * Tokens of ranges that were split count for their halves.
 * @throws CosmosError 404 with sub-status 1002, which makes clients try again.
 */
export function checkSession({ service, request }: Call, { lsn, ranges }: Collection): void {
  const token = header(request, 'x-ms-session-token')
  if (!token || !isSession(service.consistency, header(request, 'x-ms-consistency-level'))) return
  const ahead = parseSession(token).some(
    (seen) =>
      seen.lsn > lsn &&
      ranges.ranges.some(({ id, parents }) => id === seen.range || parents.includes(seen.range)),
  )
  if (ahead)
    throw new CosmosError(404, 'The read session is not available for the input session token.', 1002)
}

/** The complete partition key of a request for one document or one batch. @throws CosmosError 400 */
export function requiredKey(call: Call, collection: Collection): KeyValue[] {
  const text = header(call.request, 'x-ms-documentdb-partitionkey')
  if (text === undefined) {
    throw badRequest('PartitionKey value must be supplied for this operation.', 1001)
  }
  return completeKey(parsePartitionKey(text), collection)
}

/** @throws CosmosError 400 when there are more or fewer values than the container has key paths. */
export function completeKey(values: KeyValue[], collection: Collection): KeyValue[] {
  const wanted = collection.keyPaths.length
  // `[]` is how clients write "no partition key".
  if (values.length === 0) return collection.keyPaths.map(() => undefined)
  if (values.length === wanted) {
    checkKeySize(values)
    return values
  }
  throw badRequest(
    `The partition key supplied in x-ms-partitionkey header has ${values.length < wanted ? 'fewer' : 'more'} components than defined in the collection.`,
    1001,
  )
}

export function writeScope(call: Call, collection: Collection, key: KeyValue[]): WriteScope {
  return { collection, key, pk: canonicalKey(key), now: seconds(call) }
}

/** Runs a write and waits for its commit; faults named `<operation>` with the step `committed` strike after it. */
export async function commit<T>(call: Call, run: () => T, options?: { atomic?: boolean }): Promise<T> {
  const value = await call.service.store.write(run, options)
  call.service.faults.step(call.operation, 'committed')
  return value
}

/**
 * The range a request is limited to by its header.
 * @throws CosmosError 410 with sub-status 1002 for a range there is not, which makes clients read the ranges again.
 */
export function rangeOf(call: Call, collection: Collection): number | undefined {
  const id = header(call.request, 'x-ms-documentdb-partitionkeyrangeid')
  if (id === undefined) return undefined
  // Some clients prefix the container's rid: `<rid>,0`.
  const wanted = id.slice(id.indexOf(',') + 1)
  if (!collection.ranges.find(wanted)) {
    throw new CosmosError(410, `There is no partition key range '${id}'; it may have been split.`, 1002)
  }
  return Number(wanted)
}

/** Headers that change what a write means and are not covered. @throws CosmosError 501 */
export function refuseScripts({ request }: Call): void {
  for (const kind of ['pre', 'post']) {
    if (header(request, `x-ms-documentdb-${kind}-trigger-include`)) throw notImplemented(`${kind}-triggers`)
  }
  if (header(request, 'x-ms-indexing-directive')?.toLowerCase() === 'exclude') {
    throw notImplemented('the indexing directive Exclude')
  }
}
