// The Cosmos DB emulator: the service's HTTP protocol over one SQLite file. Knows nothing of who uses it.
import type { IncomingMessage } from 'node:http'
import { createFaults, type Faults } from '../kit/faults.ts'
import { createHttpServer, type Operation, type Reply } from '../kit/http-server.ts'
import { close, listen } from '../kit/listen.ts'
import { createLog, type Log, type LogLevel } from '../kit/log.ts'
import { adminRoute } from './admin.ts'
import { sweep } from './items/sweep.ts'
import { createStats, type Stats } from './stats.ts'
import { openCatalog } from './storage/catalog.ts'
import { openClientKeys } from './storage/client-keys.ts'
import { manualThroughput, type Offer, openOffers } from './storage/offers.ts'
import type { Range } from './storage/ranges.ts'
import { databaseRid } from './storage/rid.ts'
import { openStore } from './storage/store.ts'
import { openUsers } from './storage/users.ts'
import { loadTls, type TlsOptions } from './tls.ts'
import { authorize, EMULATOR_KEY, type Keys } from './wire/auth.ts'
import type { Service } from './wire/call.ts'
import { type Consistency, LEVELS } from './wire/consistency.ts'
import { createEntra, type EntraOptions } from './wire/entra.ts'
import { CosmosError } from './wire/errors.ts'
import { handlers } from './wire/handlers.ts'
import { nameOperation, type OperationName } from './wire/operation.ts'
import { type Answer, toErrorReply, toReply } from './wire/reply.ts'
import { header, parseResource, type RawRequest, type Resource } from './wire/request.ts'
import { admitToken, isResourceToken } from './wire/resource-token.ts'
import { createThrottle } from './wire/throttle.ts'

export interface CosmosOptions {
  /** 0 takes any free port. */
  port?: number
  host?: string
  /** Folder of the data file; in memory when absent. */
  dataDir?: string
  /** The account's master key, base64. */
  key?: string
  account?: { consistency?: Consistency }
  /** Whose Entra tokens are taken, beside the master key. */
  entra?: EntraOptions
  /** Speaks HTTPS: with a certificate made for this run, or one kept in a folder. */
  tls?: TlsOptions
  /** Request units per second of new containers that ask for none; when absent, the default without a limit. */
  throughput?: number
  /** Physical ranges of containers created from now on. */
  ranges?: number
  log?: LogLevel | Log
  /** Rules made elsewhere: with another seed, or shared. */
  faults?: Faults
  /** Unix milliseconds: what documents are stamped with, expire by, and what throughput is counted against. */
  clock?: () => number
}

export interface Cosmos extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly key: string
  readonly connectionString: string
  /** The certificate to trust, where it speaks TLS. */
  readonly ca: string | undefined
  /** The file that holds it. */
  readonly caFile: string | undefined
  readonly faults: Faults
  /** Operations and request units by operation name. */
  readonly stats: Stats
  /** Serves a request without a socket: what an SDK's `httpClient` needs. Faults do not apply. */
  dispatch(request: RawRequest): Promise<Reply>
  /**
   * Splits a physical range in two, as the service does when it is full: its id is answered 410 from now on.
   * @returns The container's ranges. @throws CosmosError 404 without the container, 400 without the range.
   */
  split(database: string, container: string, rangeId: string): readonly Range[]
  close(): Promise<void>
}

const SWEEP_EVERY_MS = 5_000

/**
 * Starts the emulator on 127.0.0.1:8081 unless told otherwise.
 * @throws Error when the port is taken or another process has the data open.
 */
export async function startCosmos(options: CosmosOptions = {}): Promise<Cosmos> {
  const { port = 8081, host = '127.0.0.1', key = EMULATOR_KEY, clock = Date.now } = options
  const consistency = options.account?.consistency ?? 'Session'
  if (!LEVELS.includes(consistency)) throw new Error(`Unknown consistency level ${consistency}.`)
  const log = typeof options.log === 'function' ? options.log : createLog('cosmos', options.log)
  const faults = options.faults ?? createFaults()
  const stats = createStats()
  const throughput =
    options.throughput === undefined ? undefined : manualThroughput(options.throughput).throughput
  const entra = options.entra && createEntra(options.entra, clock)
  const tls = options.tls && (await loadTls(options.tls, host))
  const store = openStore(options.dataDir)
  const now = () => Math.floor(clock() / 1000)
  const catalog = openCatalog(store, { ranges: options.ranges ?? 1, now })
  const scheme = tls ? 'https' : 'http'
  const offers = openOffers(store, now)
  const users = openUsers(store, now)
  const clientKeys = openClientKeys(store, now)
  const masterKey = Buffer.from(key, 'base64')
  const account = { throughput, consistency, scheme, masterKey } as const
  const service: Service = { store, catalog, offers, users, clientKeys, faults, clock, ...account }
  const keys = { master: masterKey, ...(entra && { entra }) }
  const dispatch = createDispatch(service, keys, stats)

  const split: Cosmos['split'] = (database, container, rangeId) => {
    const collection = catalog.collection(database, container)
    catalog.splitRange(collection, rangeId)
    return collection.ranges.ranges
  }
  const server = createHttpServer({
    faults,
    log,
    ...(tls && { tls }),
    toError: toErrorReply,
    admin: (request) => adminRoute(request.url ?? '', { stats, split }),
    route: (request): Operation => {
      const name = operationOf(toRaw(request, EMPTY))
      return { name, run: (body) => dispatch(toRaw(request, body)) }
    },
  })
  const timer = setInterval(() => {
    sweep(store, catalog.collections(), now()).catch((error) =>
      log('error', 'sweep', { message: String(error) }),
    )
  }, SWEEP_EVERY_MS)
  timer.unref()
  const stop = async () => {
    clearInterval(timer)
    await close(server)
    store.close()
  }
  let taken: number
  try {
    taken = await listen(server, port, 'the Cosmos DB emulator', host)
  } catch (error) {
    clearInterval(timer)
    store.close()
    throw error
  }
  const url = `${scheme}://${host}:${taken}/`
  return {
    url,
    port: taken,
    key,
    connectionString: `AccountEndpoint=${url};AccountKey=${key};`,
    ca: tls?.cert,
    caFile: tls?.caFile,
    faults,
    stats,
    dispatch,
    split,
    close: stop,
    [Symbol.asyncDispose]: stop,
  }
}

const EMPTY = Buffer.alloc(0)

function createDispatch(service: Service, keys: Keys, stats: Stats): Cosmos['dispatch'] {
  const throttle = createThrottle(service.clock)
  return async (request) => {
    const operation = operationOf(request)
    let reply: Reply
    let offer: Offer | undefined
    let container: string | undefined
    try {
      const resource = parseResource(request.url)
      container = resource.container
      const authorization = header(request, 'authorization') ?? ''
      if (isResourceToken(authorization)) {
        admitToken(keys.master, request, resource, operation, Math.floor(service.clock() / 1000))
      } else {
        const pending = authorize(keys, {
          verb: request.method,
          resourceType: resource.type,
          resourceLink: resource.link,
          date: header(request, 'x-ms-date') ?? '',
          authorization,
          host: header(request, 'host') ?? '',
        })
        if (pending) await pending
      }
      offer = operation.startsWith('items.') ? offerOf(service, resource) : undefined
      if (offer) throttle.admit(offer)
      const answer: Answer = await handlers[operation]({ service, request, resource, operation })
      reply = toReply(answer)
    } catch (error) {
      reply = toErrorReply(error)
    }
    const charge = Number(reply.headers?.['x-ms-request-charge'])
    if (offer && reply.status !== 429) throttle.spend(offer, charge)
    const partition = header(request, 'x-ms-documentdb-partitionkey')
    stats.record({ operation, status: reply.status, requestUnits: charge, container, partition })
    return reply
  }
}

/** The offer a request for documents is served from: the container's own, or that of its database. */
function offerOf({ catalog, offers }: Service, { database, container }: Resource): Offer | undefined {
  if (offers.areFree()) return undefined
  const collection = catalog.collection(database!, container!)
  const offer = offers.of(collection.self) ?? offers.of(`dbs/${databaseRid(collection.owner)}/`)
  return offer?.free ? undefined : offer
}

function operationOf(request: RawRequest): OperationName {
  try {
    return nameOperation(request, parseResource(request.url))
  } catch (error) {
    if (error instanceof CosmosError) return 'unknown'
    throw error
  }
}

const toRaw = (request: IncomingMessage, body: Buffer): RawRequest => ({
  method: request.method ?? 'GET',
  url: request.url ?? '/',
  headers: request.headers,
  body,
})
