// The timer trigger: one invocation at a time, the next one computed when the last has ended. With a data folder the
// schedule's status survives a restart, so that a missed occurrence fires at once with `isPastDue`.
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import type { TypedData } from '../app/core-types.ts'
import { resolveSettings } from '../app/settings.ts'
import { parseSchedule } from './ncrontab.ts'
import { withRetry } from './retry.ts'
import { requiredText, type Trigger, type TriggerParts } from './trigger.ts'
import { pause } from './wait.ts'

const status = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() })
type Status = z.infer<typeof status>

/** @throws Error when the schedule is not valid. */
export function startTimer(parts: TriggerParts, dataFolder: string | undefined): Trigger {
  const { target, binding, invoke, log } = parts
  const { name } = target.metadata
  const schedule = parseSchedule(resolveSettings(requiredText(parts, 'schedule')))
  const monitored = dataFolder !== undefined && binding.useMonitor !== false
  const file = monitored ? join(dataFolder, 'timers', `${name}.json`) : undefined
  const stopping = new AbortController()

  const fire = async (isPastDue: boolean, last: number): Promise<void> => {
    const state = statusOf(last, schedule(Date.now()))
    await withRetry(target.metadata.retryOptions, stopping.signal, (retryContext) => {
      const inputData = [{ name: parts.bindingName, data: timerData(isPastDue, state) }]
      return invoke(target, { invocationId: randomUUID(), inputData, retryContext })
    })
  }

  const run = async (): Promise<void> => {
    const stored = file && readStatus(file)
    let next = stored ? Date.parse(stored.Next) : schedule(Date.now())
    let last = stored ? Date.parse(stored.Last) : 0
    const pastDue = next <= Date.now()
    if (pastDue || binding.runOnStartup === true) await fire(pastDue, last)
    while (!stopping.signal.aborted) {
      next = schedule(Date.now())
      if (file) writeStatus(file, statusOf(last, next))
      while (!stopping.signal.aborted && Date.now() < next) await pause(next - Date.now(), stopping.signal)
      if (stopping.signal.aborted) return
      last = next
      await fire(false, last)
    }
  }

  const done = run().catch((error) => log('error', 'timer-stopped', { function: name, error: String(error) }))
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}

/** The trigger's data for one firing. */
export function timerData(isPastDue: boolean, state: Status): TypedData {
  return {
    json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: state, IsPastDue: isPastDue }),
  }
}

/** `last` and `next` in milliseconds since the epoch; 0 stands for never, which .NET writes as the year 1. */
export function statusOf(last: number, next: number): Status {
  const iso = last === 0 ? '0001-01-01T00:00:00Z' : new Date(last).toISOString()
  return { Last: iso, Next: new Date(next).toISOString(), LastUpdated: iso }
}

function readStatus(file: string): Status | undefined {
  try {
    return status.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined // Never fired, or a file cut short by a kill: the schedule starts anew.
  }
}

function writeStatus(file: string, value: Status): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(value))
}
