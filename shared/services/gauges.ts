// Numbers for dashboards and alerts, as log lines `metric` with `name` and `value`. A line costs as much as a message, so
// each process says the highest of a while once.
import type { Logger, Time } from './ports/world.ts'

/** Notes a value. */
export type Gauges = (name: string, value: number) => void

const EVERY_MS = 10_000

export function createGauges({ time, logger }: { time: Pick<Time, 'now'>; logger: Logger }): Gauges {
  const kept = new Map<string, { saidAt: number; highest: number }>()
  return (name, value) => {
    const now = time.now()
    const gauge = kept.get(name) ?? { saidAt: Number.NEGATIVE_INFINITY, highest: value }
    kept.set(name, gauge)
    gauge.highest = Math.max(gauge.highest, value)
    if (now - gauge.saidAt < EVERY_MS) return
    logger('info', 'metric', { name, value: gauge.highest })
    gauge.saidAt = now
    gauge.highest = Number.NEGATIVE_INFINITY
  }
}
