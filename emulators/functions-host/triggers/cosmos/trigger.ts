// The Cosmos DB trigger: keeps this host's share of the leases and a pump on each of them. An account that is away is waited
// for; the host goes on without.
import { randomUUID } from 'node:crypto'
import type { Container } from '@azure/cosmos'
import { type Clock, pause, systemClock } from '../../../kit/clock.ts'
import { createBackoff } from '../backoff.ts'
import type { Trigger, TriggerParts } from '../trigger.ts'
import { chooseLeases, type LeaseTimes } from './balance.ts'
import type { CosmosClients } from './clients.ts'
import { createLeaseStore, type LeaseStore } from './lease-store.ts'
import { type CosmosTriggerOptions, parseCosmosOptions } from './options.ts'
import { watchOwnWrites } from './own-writes.ts'
import { type Pump, startPump } from './pump.ts'
import { readRanges } from './ranges.ts'

/** How long the start of the host waits for the first look at the leases. */
const FIRST_LOOK_MS = 3_000

interface Opened {
  monitored: Container
  store: LeaseStore
}

/** @throws Error naming the function when its binding is wrong or a setting is missing. */
export async function startCosmos(
  parts: TriggerParts,
  clients: CosmosClients,
  times: Partial<LeaseTimes>,
  wakeMs: number | undefined,
): Promise<Trigger> {
  const { clock, log, target } = parts
  const options = parseCosmosOptions(parts, times)
  const { endpoint, databaseName, containerName } = options
  const writes =
    wakeMs === undefined ? undefined : watchOwnWrites(endpoint, databaseName, containerName, wakeMs, clock)
  const owner = randomUUID()
  const pumps = new Map<string, Pump>()
  const stopping = new AbortController()
  const looked = Promise.withResolvers<void>()

  let nap = new AbortController()

  const balance = async ({ monitored, store }: Opened): Promise<void> => {
    const held = new Set(pumps.keys())
    const leases = await store.list(await readRanges(monitored))
    for (const wanted of chooseLeases(leases, owner, held, clock.now(), options.times.expirationMs)) {
      const lease = await store.acquire(wanted, owner)
      if (!lease) continue
      log('info', 'lease-acquired', { function: target.metadata.name, lease: lease.id, from: wanted.Owner })
      const { start, maxItems, pollMs } = options
      const { renewMs } = options.times
      const pump = startPump({
        ...parts,
        ...{ monitored, store, lease, start, maxItems, pollMs, renewMs, writes },
      })
      pumps.set(lease.id, pump)
      void pump.done.then(() => {
        pumps.delete(lease.id)
        // The leases of the parts are nobody's yet.
        if (pump.wasSplit) nap.abort()
      })
    }
  }

  const run = async (): Promise<void> => {
    const backoff = createBackoff(options.times.acquireMs)
    let opened: Opened | undefined
    let away = false
    while (!stopping.signal.aborted) {
      let wait = options.times.acquireMs
      try {
        opened ??= await open(options, clients, clock)
        await balance(opened)
        log('debug', 'leases-balanced', { function: target.metadata.name })
        backoff.reset()
        away = false
      } catch (error) {
        log(away ? 'debug' : 'error', 'leases', { function: target.metadata.name, error: String(error) })
        away = true
        wait = backoff.next()
      }
      looked.resolve()
      await pause(clock, wait, AbortSignal.any([stopping.signal, nap.signal]))
      if (nap.signal.aborted) nap = new AbortController()
    }
  }

  const running = run()
  await Promise.race([looked.promise, pause(systemClock, FIRST_LOOK_MS, stopping.signal)])
  return {
    async stop() {
      stopping.abort()
      writes?.close()
      await running
      await Promise.all([...pumps.values()].map((pump) => pump.stop()))
    },
  }
}

async function open(options: CosmosTriggerOptions, clients: CosmosClients, clock: Clock): Promise<Opened> {
  const client = await clients.client(options.connection)
  const leaseClient = await clients.client(options.leaseConnection)
  const leaseDatabase = leaseClient.database(options.leaseDatabaseName)
  if (options.createLeaseContainer) {
    await leaseDatabase.containers.createIfNotExists(
      { id: options.leaseContainerName, partitionKey: { paths: ['/id'], version: 2 }, defaultTtl: -1 },
      options.leasesContainerThroughput === undefined
        ? {}
        : { offerThroughput: options.leasesContainerThroughput },
    )
  }
  const database = client.database(options.databaseName)
  const monitored = database.container(options.containerName)
  const rids = [(await database.read()).resource, (await monitored.read()).resource]
  const [databaseRid, containerRid] = rids.map(
    (resource) => (resource as { _rid?: string } | undefined)?._rid,
  )
  const account = new URL(options.endpoint).hostname
  const prefix = `${options.leasePrefix}${account}_${databaseRid}_${containerRid}`
  const store = createLeaseStore(leaseDatabase.container(options.leaseContainerName), prefix, clock)
  await store.initialize(await readRanges(monitored))
  return { monitored, store }
}
