// What a timer remembers from one firing to the next, and from one host to the next: in the shape the real host writes,
// in a file of the data folder or, as in Azure, in a blob of the app's storage.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'

const status = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() })
export type TimerStatus = z.infer<typeof status>

export interface TimerStatusStore {
  /** Undefined when the timer has never fired, or what is there cannot be read: the schedule starts anew. */
  read(): Promise<TimerStatus | undefined>
  write(value: TimerStatus): Promise<void>
}

export function statusInFolder(folder: string, name: string): TimerStatusStore {
  const file = join(folder, 'timers', `${name}.json`)
  return {
    async read() {
      try {
        return parseStatus(readFileSync(file, 'utf8'))
      } catch {
        return undefined
      }
    },
    async write(value) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify(value))
    },
  }
}

/** Undefined for a text cut short by a kill. */
export function parseStatus(text: string): TimerStatus | undefined {
  try {
    return status.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** `last` and `next` in milliseconds since the epoch; 0 stands for never, which .NET writes as the year 1. */
export function statusOf(last: number, next: number): TimerStatus {
  const iso = last === 0 ? '0001-01-01T00:00:00Z' : new Date(last).toISOString()
  return { Last: iso, Next: new Date(next).toISOString(), LastUpdated: iso }
}
