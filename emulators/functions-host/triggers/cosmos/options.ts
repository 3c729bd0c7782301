// A `cosmosDBTrigger` binding, parsed: names and connections resolved, defaults of the real trigger filled in.
import * as z from 'zod'
import { resolveConnection, resolveSettings } from '../../app/settings.ts'
import type { TriggerParts } from '../trigger.ts'
import { type LeaseTimes, STANDARD_TIMES } from './balance.ts'
import { parseConnection } from './clients.ts'
import type { Start } from './feed.ts'

const text = z.string().min(1).transform(resolveSettings)
const count = z.int().positive().optional()

const binding = z.looseObject({
  connection: z.string().default(''),
  databaseName: text,
  containerName: text,
  leaseConnection: z.string().optional(),
  leaseDatabaseName: text.optional(),
  leaseContainerName: text.default('leases'),
  leaseContainerPrefix: z.string().default(''),
  createLeaseContainerIfNotExists: z.boolean().default(false),
  leasesContainerThroughput: count,
  leaseAcquireInterval: count,
  leaseRenewInterval: count,
  leaseExpirationInterval: count,
  maxItemsPerInvocation: count,
  feedPollDelay: z.int().nonnegative().default(5_000),
  startFromBeginning: z.boolean().default(false),
  startFromTime: z.iso.datetime({ offset: true }).optional(),
  changeFeedMode: z.literal('LatestVersion').default('LatestVersion'),
})

export interface CosmosTriggerOptions {
  connection: string
  endpoint: string
  databaseName: string
  containerName: string
  leaseConnection: string
  leaseDatabaseName: string
  leaseContainerName: string
  leasePrefix: string
  createLeaseContainer: boolean
  leasesContainerThroughput: number | undefined
  start: Start
  maxItems: number
  pollMs: number
  times: LeaseTimes
}

/** `times` of the host win over those of the binding. @throws Error saying what is wrong. */
export function parseCosmosOptions(parts: TriggerParts, times: Partial<LeaseTimes>): CosmosTriggerOptions {
  const parsed = binding.safeParse(parts.binding)
  if (!parsed.success) {
    throw new Error(`its cosmosDBTrigger is not valid: ${z.prettifyError(parsed.error)}`)
  }
  const given = parsed.data
  const connection = resolveConnection(given.connection || 'CosmosDB')
  const leaseConnection = given.leaseConnection ? resolveConnection(given.leaseConnection) : connection
  const leaseDatabaseName = given.leaseDatabaseName ?? given.databaseName
  const same = leaseConnection === connection && leaseDatabaseName === given.databaseName
  if (same && given.leaseContainerName === given.containerName) {
    throw new Error(`the lease container must not be the monitored container.`)
  }
  return {
    connection,
    endpoint: parseConnection(connection).endpoint,
    databaseName: given.databaseName,
    containerName: given.containerName,
    leaseConnection,
    leaseDatabaseName,
    leaseContainerName: given.leaseContainerName,
    leasePrefix: resolveSettings(given.leaseContainerPrefix),
    createLeaseContainer: given.createLeaseContainerIfNotExists,
    leasesContainerThroughput: given.leasesContainerThroughput,
    start: startOf(given.startFromBeginning, given.startFromTime),
    maxItems: given.maxItemsPerInvocation ?? 100,
    pollMs: given.feedPollDelay,
    times: {
      acquireMs: times.acquireMs ?? given.leaseAcquireInterval ?? STANDARD_TIMES.acquireMs,
      renewMs: times.renewMs ?? given.leaseRenewInterval ?? STANDARD_TIMES.renewMs,
      expirationMs: times.expirationMs ?? given.leaseExpirationInterval ?? STANDARD_TIMES.expirationMs,
    },
  }
}

function startOf(fromBeginning: boolean, fromTime: string | undefined): Start {
  if (fromTime !== undefined) return new Date(fromTime)
  return fromBeginning ? 'beginning' : 'now'
}
