// The timer trigger: one invocation at a time, the next one computed when the last has ended. Where a status is kept it
// survives a restart, so that a missed occurrence fires at once with `isPastDue`. With the app's storage, of several hosts
// one fires; without, each does.
import { randomUUID } from 'node:crypto'
import { pause } from '../../kit/clock.ts'
import type { TypedData } from '../app/core-types.ts'
import { resolveSettings } from '../app/settings.ts'
import { createBackoff } from './backoff.ts'
import { parseSchedule } from './ncrontab.ts'
import { withRetry } from './retry.ts'
import type { TimerBlobs } from './timer-blobs.ts'
import { statusInFolder, statusOf, type TimerStatus } from './timer-status.ts'
import { requiredText, type Trigger, type TriggerParts } from './trigger.ts'

/** Schedules with shorter steps have no status, as in Azure: nobody makes up for a missed second. */
const MONITORED_MS = 60_000

/** @throws Error when the schedule is not valid. */
export function startTimer(
  parts: TriggerParts,
  blobs: TimerBlobs | undefined,
  dataFolder: string | undefined,
): Trigger {
  const { target, binding, invoke, clock, log } = parts
  const { name } = target.metadata
  const schedule = parseSchedule(resolveSettings(requiredText(parts, 'schedule')))
  const first = schedule(clock.now())
  const isMonitored = binding.useMonitor !== false && schedule(first) - first >= MONITORED_MS
  const kept = blobs?.status ?? (dataFolder === undefined ? undefined : statusInFolder(dataFolder, name))
  const store = isMonitored ? kept : undefined
  const stopping = new AbortController()

  const fire = async (isPastDue: boolean, last: number): Promise<void> => {
    const state = statusOf(last, schedule(clock.now()))
    await withRetry(parts, stopping.signal, (retryContext) => {
      const inputData = [{ name: parts.bindingName, data: timerData(isPastDue, state) }]
      return invoke(target, { invocationId: randomUUID(), inputData, retryContext })
    })
  }

  // Without its status a timer still fires; only what it misses later is forgotten.
  const guard = (error: unknown): void =>
    log('error', 'timer-status', { function: name, error: String(error) })

  const listen = async (ending: AbortSignal, isMine: () => boolean): Promise<void> => {
    const stored = await store?.read()
    let next = stored ? Date.parse(stored.Next) : schedule(clock.now())
    let last = stored ? Date.parse(stored.Last) : 0
    const pastDue = next <= clock.now()
    if (pastDue || binding.runOnStartup === true) await fire(pastDue, last)
    while (!ending.aborted) {
      next = schedule(clock.now())
      await store?.write(statusOf(last, next)).catch((error) => guard(error))
      log('debug', 'timer-waits', { function: name, next: new Date(next).toISOString() })
      while (!ending.aborted && clock.now() < next) await pause(clock, next - clock.now(), ending)
      if (ending.aborted || !isMine()) return
      last = next
      await fire(false, last)
    }
  }

  const run = async (): Promise<void> => {
    const backoff = createBackoff()
    while (!stopping.signal.aborted) {
      const lock = await blobs?.hold(stopping.signal)
      if (blobs && !lock) return
      try {
        // Stopped while it was being taken.
        if (stopping.signal.aborted) return
        const ending = lock ? AbortSignal.any([stopping.signal, lock.lost]) : stopping.signal
        await listen(ending, lock ? lock.isHeld : () => true)
        backoff.reset()
        if (lock && !stopping.signal.aborted) log('error', 'timer-lock-lost', { function: name })
      } catch (error) {
        guard(error)
      } finally {
        await lock?.release()
      }
      await pause(clock, backoff.next(), stopping.signal)
    }
  }

  const done = run()
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}

/** The trigger's data for one firing. */
export function timerData(isPastDue: boolean, state: TimerStatus): TypedData {
  return {
    json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: state, IsPastDue: isPastDue }),
  }
}
