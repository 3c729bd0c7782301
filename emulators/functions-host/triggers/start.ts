// From a registered function to its running trigger. HTTP needs none: the front routes to it.
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../kit/clock.ts'
import type { Faults } from '../../kit/faults.ts'
import type { Log } from '../../kit/log.ts'
import type { HostConfig } from '../app/host-config.ts'
import type { Invoke } from '../app/invoke.ts'
import type { BlobServices } from '../bindings/blobs.ts'
import type { HostedFunction } from '../hosted-function.ts'
import type { FoundBlobs } from './blobs/found.ts'
import type { LeaseTimes } from './cosmos/balance.ts'
import type { CosmosClients } from './cosmos/clients.ts'
import { startQueue } from './queue.ts'
import type { Queues } from './queue-client.ts'
import { startTimer } from './timer.ts'
import type { TimerBlobs } from './timer-blobs.ts'
import type { Trigger } from './trigger.ts'

export interface TriggerServices {
  config: HostConfig
  queues: Queues
  cosmos: CosmosClients
  invoke: Invoke
  clock: Clock
  log: Log
  faults: Faults
  blobs: BlobServices
  foundBlobs: FoundBlobs
  hostId: string
  dataFolder: string | undefined
  queueLockMs: number
  leaseTimes: Partial<LeaseTimes>
  feedWakeMs: number | undefined
}

/**
 * Starts the trigger of one function; undefined where there is nothing to run.
 * @throws Error naming the function when its binding or a setting it needs is wrong or missing.
 */
export async function startTrigger(
  hosted: HostedFunction,
  services: TriggerServices,
): Promise<Trigger | undefined> {
  try {
    return await start(hosted, services)
  } catch (cause) {
    throw new Error(`Function "${hosted.name}" cannot start: ${(cause as Error).message}`, { cause })
  }
}

async function start(
  { target, binding, bindingName, name, type }: HostedFunction,
  services: TriggerServices,
): Promise<Trigger | undefined> {
  const { config, queues, invoke, clock, log, faults } = services
  const parts = { target, binding, bindingName, invoke, clock, log, faults }
  const byHandOnly = (what: string): undefined =>
    log('error', 'trigger-not-implemented', {
      function: name,
      message: `${what} is not implemented: "${name}" runs only by POST /admin/functions/${name}.`,
    }) as undefined
  switch (type) {
    case 'httptrigger':
    case 'mcptooltrigger':
    case 'mcpresourcetrigger':
    case 'mcpprompttrigger':
      return undefined
    case 'timertrigger':
      return startTimer(parts, await timerBlobs(name, services), services.dataFolder)
    case 'queuetrigger':
      return await startQueue(parts, { config: config.queues, queues, lockMs: services.queueLockMs })
    case 'cosmosdbtrigger':
      return await (await import('./cosmos/trigger.ts')).startCosmos(
        parts,
        services.cosmos,
        services.leaseTimes,
        services.feedWakeMs,
      )
    case 'eventhubtrigger':
      return await (await import('./event-hubs/trigger.ts')).startEventHub(parts, config.eventHubs)
    case 'blobtrigger':
      if (/^eventgrid$/i.test(String(binding.source)))
        return byHandOnly(`${binding.type} with source EventGrid`)
      return await (await import('./blobs/trigger.ts')).startBlob(
        parts,
        services.blobs,
        services.foundBlobs,
        services.hostId,
      )
    case 'warmuptrigger':
      await invoke(target, {
        invocationId: randomUUID(),
        inputData: [{ name: bindingName, data: { json: '{}' } }],
      }).catch(() => {}) // Logged by the invocation; a failed warm-up does not keep the app from serving.
      return undefined
    default:
      return byHandOnly(binding.type)
  }
}

/** Undefined without the storage of the app: then this host fires its timers by itself. */
async function timerBlobs(
  name: string,
  { hostId, config, clock, log }: TriggerServices,
): Promise<TimerBlobs | undefined> {
  const connection = process.env.AzureWebJobsStorage
  if (!connection) return undefined
  const { openTimerBlobs } = await import('./timer-blobs.ts')
  return openTimerBlobs(connection, hostId, name, config.singleton, clock, log)
}
