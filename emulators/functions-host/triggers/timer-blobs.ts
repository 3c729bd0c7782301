// One of several hosts fires a timer: the one that holds a lease on a blob of the app's storage, per function. Names and
// intervals as in Azure; the timers' status lies beside the locks, so that whoever takes over knows what was missed.
// https://learn.microsoft.com/azure/azure-functions/functions-host-json#singleton
import { BlobServiceClient, type BlockBlobClient, RestError } from '@azure/storage-blob'
import { type Clock, pause } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { HostConfig } from '../app/host-config.ts'
import { createBackoff } from './backoff.ts'
import { parseStatus, type TimerStatusStore } from './timer-status.ts'

export interface HeldLock {
  /** Aborted when the lock may be another host's. */
  lost: AbortSignal
  /** False as soon as the lease has run out, even when this process slept through it. */
  isHeld(): boolean
  release(): Promise<void>
}

export interface TimerBlobs {
  status: TimerStatusStore
  /** Waits until this host may fire the function; undefined when the signal was aborted before. */
  hold(signal: AbortSignal): Promise<HeldLock | undefined>
}

/** @throws Error when the connection string is not one, or has no blob service. */
export function openTimerBlobs(
  connection: string,
  hostId: string,
  name: string,
  config: HostConfig['singleton'],
  clock: Clock,
  log: Log,
): TimerBlobs {
  const service = BlobServiceClient.fromConnectionString(connection, {
    retryOptions: { maxTries: 2, retryDelayInMs: 100, tryTimeoutInMs: 5_000 },
  })
  const container = service.getContainerClient('azure-webjobs-hosts')
  const lock = container.getBlockBlobClient(`locks/${hostId}/Host.Functions.${name}.Listener`)
  const status = container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${name}/status`)
  const seconds = Math.round(config.listenerLockPeriod / 1000)
  return {
    status: {
      async read() {
        try {
          return parseStatus((await status.downloadToBuffer()).toString('utf8'))
        } catch (error) {
          if (error instanceof RestError && error.statusCode === 404) return undefined
          throw error
        }
      },
      async write(value) {
        const text = JSON.stringify(value)
        await status.upload(text, Buffer.byteLength(text))
      },
    },
    async hold(signal) {
      const backoff = createBackoff()
      let told = false
      while (!signal.aborted) {
        let wait = config.listenerLockRecoveryPollingInterval
        try {
          await container.createIfNotExists()
          await createIfAbsent(lock)
          const before = clock.now()
          const lease = lock.getBlobLeaseClient()
          await lease.acquireLease(seconds)
          log('info', 'timer-lock', { function: name, message: 'This host fires the timer.' })
          return keep(lease, before, seconds * 1000, clock)
        } catch (error) {
          const isTaken = error instanceof RestError && error.code === 'LeaseAlreadyPresent'
          if (!isTaken) wait = backoff.next()
          if (!told && isTaken) {
            log('info', 'timer-waits', { function: name, message: 'Another host fires the timer.' })
          } else if (!isTaken) {
            log(told ? 'debug' : 'error', 'timer-storage', { function: name, error: String(error) })
          }
          told = true
        }
        await pause(clock, wait, signal)
      }
      return undefined
    },
  }
}

/** Renews at a third of the period; a renewal that fails is tried again until the lease has run out. */
function keep(
  lease: ReturnType<BlockBlobClient['getBlobLeaseClient']>,
  acquired: number,
  period: number,
  clock: Clock,
): HeldLock {
  const ending = new AbortController()
  let until = acquired + period
  const renew = async (): Promise<void> => {
    let wait = period / 3
    for (;;) {
      await pause(clock, wait, ending.signal)
      if (ending.signal.aborted) return
      const before = clock.now()
      try {
        await lease.renewLease()
        until = before + period
        wait = period / 3
      } catch (error) {
        // Somebody else's answer is final; no answer is not.
        const isGone = error instanceof RestError && [404, 409, 412].includes(error.statusCode ?? 0)
        if (isGone || clock.now() >= until) return ending.abort()
        wait = 1_000
      }
    }
  }
  const renewing = renew()
  return {
    lost: ending.signal,
    isHeld: () => !ending.signal.aborted && clock.now() < until,
    async release() {
      ending.abort()
      await renewing
      // A lease that cannot be given back runs out.
      await lease.releaseLease().catch(() => {})
    },
  }
}

async function createIfAbsent(blob: BlockBlobClient): Promise<void> {
  if (await blob.exists()) return
  try {
    await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } })
  } catch (error) {
    // Another host was faster, and may hold its lease already.
    if (!(error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412))) throw error
  }
}
