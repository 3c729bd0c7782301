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
import type { Range } from './storage/ranges.ts'
import { openStore } from './storage/store.ts'
import { authorize, EMULATOR_KEY } from './wire/auth.ts'
import type { Service } from './wire/call.ts'
import { type Consistency, LEVELS } from './wire/consistency.ts'
import { CosmosError } from './wire/errors.ts'
import { handlers } from './wire/handlers.ts'
import { nameOperation, type OperationName } from './wire/operation.ts'
import { type Answer, toErrorReply, toReply } from './wire/reply.ts'
import { header, parseResource, type RawRequest } from './wire/request.ts'

export interface CosmosOptions {
  /** 0 takes any free port. */
  port?: number
  host?: string
  /** Folder of the data file; in memory when absent. */
  dataDir?: string
  /** The account's master key, base64. */
  key?: string
  account?: { consistency?: Consistency }
  /** Physical ranges of containers created from now on. */
  ranges?: number
  log?: LogLevel | Log
  /** Unix milliseconds; for tests of expiry. */
  clock?: () => number
}

export interface Cosmos extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly key: string
  readonly connectionString: string
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
  const faults = createFaults()
  const stats = createStats()
  const store = openStore(options.dataDir)
  const now = () => Math.floor(clock() / 1000)
  const catalog = openCatalog(store, { ranges: options.ranges ?? 1, now })
  const service: Service = { store, catalog, consistency, faults, clock }
  const dispatch = createDispatch(service, Buffer.from(key, 'base64'), stats)

  const split: Cosmos['split'] = (database, container, rangeId) => {
    const collection = catalog.collection(database, container)
    catalog.splitRange(collection, rangeId)
    return collection.ranges.ranges
  }
  const server = createHttpServer({
    faults,
    log,
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
  const url = `http://${host}:${taken}/`
  return {
    url,
    port: taken,
    key,
    connectionString: `AccountEndpoint=${url};AccountKey=${key};`,
    faults,
    stats,
    dispatch,
    split,
    close: stop,
    [Symbol.asyncDispose]: stop,
  }
}

const EMPTY = Buffer.alloc(0)

function createDispatch(service: Service, key: Buffer, stats: Stats): Cosmos['dispatch'] {
  return async (request) => {
    const operation = operationOf(request)
    let reply: Reply
    try {
      const resource = parseResource(request.url)
      authorize(key, {
        verb: request.method,
        resourceType: resource.type,
        resourceLink: resource.link,
        date: header(request, 'x-ms-date') ?? '',
        authorization: header(request, 'authorization') ?? '',
      })
      const answer: Answer = await handlers[operation]({ service, request, resource, operation })
      reply = toReply(answer)
    } catch (error) {
      reply = toErrorReply(error)
    }
    stats.record(operation, reply.status, Number(reply.headers?.['x-ms-request-charge']))
    return reply
  }
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
