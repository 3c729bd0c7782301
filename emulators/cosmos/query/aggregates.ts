// COUNT, SUM, AVG, MIN, MAX, COUNTIF, MAKELIST and MAKESET over the rows of a group.
import { compareValues, valueKey } from './values.ts'

export interface Accumulator {
  add(value: unknown): void
  finish(): unknown
}

const NAMES = new Set(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'COUNTIF', 'MAKELIST', 'MAKESET'])

export const isAggregate = (name: string) => NAMES.has(name)

/** A missing value is skipped; SUM and AVG are undefined as soon as one value is no number. */
export function newAccumulator(name: string): Accumulator {
  switch (name) {
    case 'COUNT': {
      let count = 0
      return {
        add: (value) => {
          if (value !== undefined) count++
        },
        finish: () => count,
      }
    }
    case 'COUNTIF': {
      let count = 0
      return {
        add: (value) => {
          if (value === true) count++
        },
        finish: () => count,
      }
    }
    case 'MAKELIST':
    case 'MAKESET': {
      const found = new Map<unknown, unknown>()
      return {
        add: (value) => {
          if (value !== undefined) found.set(name === 'MAKESET' ? valueKey(value) : found.size, value)
        },
        finish: () => [...found.values()],
      }
    }
    case 'SUM':
      return sum((total) => total)
    case 'AVG':
      return sum((total, count) => (count === 0 ? undefined : total / count))
    default: {
      const sign = name === 'MIN' ? -1 : 1
      let best: unknown
      return {
        add: (value) => {
          if (value === undefined || (typeof value === 'object' && value !== null)) return
          if (best === undefined || compareValues(value, best) * sign > 0) best = value
        },
        finish: () => best,
      }
    }
  }
}

function sum(result: (total: number, count: number) => unknown): Accumulator {
  let total = 0
  let count = 0
  let broken = false
  return {
    add: (value) => {
      if (value === undefined) return
      if (typeof value !== 'number') broken = true
      else {
        total += value
        count++
      }
    },
    finish: () => (broken ? undefined : result(total, count)),
  }
}
