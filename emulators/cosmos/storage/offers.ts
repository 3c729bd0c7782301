// Offers: the throughput that a container, or a database for all of its containers, was given. A container that asked for
// none has the service's default, but is not held to it. https://learn.microsoft.com/rest/api/cosmos-db/offers
import { badRequest, CosmosError, notFound } from '../wire/errors.ts'
import { databaseRid } from './rid.ts'
import type { Store } from './store.ts'

export interface Throughput {
  /** Request units per second. */
  throughput: number
  /** With autoscale: up to so many. */
  most?: number
  /** Nobody asked for it: it is shown, and no request is refused for it. */
  free?: true
}

export interface Offer extends Throughput {
  id: string
  /** `_self` and `_rid` of the container or database. */
  resource: string
  rid: string
  etag: string
  /** Unix seconds. */
  ts: number
}

export interface Offers {
  /** Whether no offer limits anything. */
  areFree(): boolean
  list(): Offer[]
  /** @throws CosmosError 404 */
  byId(id: string): Offer
  /** The offer of the container or database with this `_self`. */
  of(resource: string): Offer | undefined
  create(resource: string, rid: string, throughput: Throughput): Offer
  /** @throws CosmosError 412 */
  replace(id: string, throughput: Throughput, ifMatch?: string): Offer
  delete(resource: string): void
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS offers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL UNIQUE, rid TEXT NOT NULL, throughput INTEGER NOT NULL,
  most INTEGER, etag TEXT NOT NULL, ts INTEGER NOT NULL, free INTEGER
)`
const MIGRATION = 'ALTER TABLE offers ADD COLUMN free INTEGER'
const COLUMNS = 'PRAGMA table_info(offers)'

/** What a container has that asks for nothing. */
export const DEFAULT_THROUGHPUT: Throughput = { throughput: 400, free: true }

/** @param now Unix seconds. */
export function openOffers(store: Store, now: () => number): Offers {
  store.database.exec(SCHEMA)
  const columns = store.database.prepare(COLUMNS).all()
  if (!columns.some(({ name }) => name === 'free')) store.database.exec(MIGRATION)
  const offers = new Map<string, Offer>()
  const idOf = (number: number | bigint) => databaseRid(Number(number)).replaceAll('=', '')
  for (const row of store.prepare('SELECT * FROM offers').all()) {
    const { number, resource, rid, throughput, most, etag, ts } = row as unknown as Offer & { number: number }
    const given = { throughput, ...(most && { most }), ...(row.free === 1 && { free: true as const }) }
    offers.set(resource, { id: idOf(number), resource, rid, ...given, etag, ts })
  }
  let allFree = true
  const count = () => {
    allFree = [...offers.values()].every(({ free }) => free)
  }
  count()
  const byId = (id: string) => {
    const found = [...offers.values()].find((offer) => offer.id === id)
    if (!found) throw notFound()
    return found
  }
  return {
    areFree: () => allFree,
    list: () => [...offers.values()],
    byId,
    of: (resource) => offers.get(resource),
    create(resource, rid, given) {
      const [etag, ts] = [newEtag(), now()]
      const { lastInsertRowid } = store
        .prepare(
          'INSERT INTO offers (resource, rid, throughput, most, etag, ts, free) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(resource, rid, given.throughput, given.most ?? null, etag, ts, given.free ? 1 : null)
      const offer = { id: idOf(lastInsertRowid), resource, rid, ...given, etag, ts }
      offers.set(resource, offer)
      count()
      return offer
    },
    replace(id, given, ifMatch) {
      const { resource, rid, etag: before } = byId(id)
      if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== before) {
        throw new CosmosError(412, 'One of the specified pre-condition is not met.')
      }
      const [etag, ts] = [newEtag(), now()]
      store
        .prepare(
          'UPDATE offers SET throughput = ?, most = ?, free = NULL, etag = ?, ts = ? WHERE resource = ?',
        )
        .run(given.throughput, given.most ?? null, etag, ts, resource)
      const offer = { id, resource, rid, ...given, etag, ts }
      offers.set(resource, offer)
      count()
      return offer
    },
    delete(resource) {
      if (!offers.delete(resource)) return
      store.prepare('DELETE FROM offers WHERE resource = ?').run(resource)
      count()
    },
  }
}

const newEtag = () => `"${crypto.randomUUID()}"`

/** Manual throughput. @throws CosmosError 400 unless it is a multiple of 100 from 400 up. */
export function manualThroughput(throughput: unknown): Throughput {
  if (!isStep(throughput, 400, 100)) {
    throw badRequest(
      'The offer should have valid throughput values between 400 and 1000000 inclusive in increments of 100.',
    )
  }
  return { throughput }
}

/** Autoscale throughput, from a tenth of `most` up to it. @throws CosmosError 400 unless it is a multiple of 1000. */
export function autoscaleThroughput(most: unknown): Throughput {
  if (!isStep(most, 1000, 1000)) {
    throw badRequest(
      'The offer should have valid maxThroughput values between 1000 and 1000000 inclusive in increments of 1000.',
    )
  }
  return { throughput: most / 10, most }
}

const isStep = (value: unknown, least: number, step: number): value is number =>
  typeof value === 'number' && value >= least && value <= 1_000_000 && value % step === 0

/**
 * How many physical ranges the service gives a new container for its throughput.
 * https://learn.microsoft.com/azure/cosmos-db/scaling-provisioned-throughput-best-practices
 */
export function rangesFor({ throughput, most }: Throughput): number {
  if ((most ?? throughput) <= 10_000) return 1
  return most === undefined ? Math.ceil(throughput / 6000) : Math.ceil(most / 10_000)
}
