// A condition as SQL, with what the choice of an index has to know about it.
import type { SQLInputValue } from '../storage/store.ts'

export interface Clause {
  sql: string
  values: SQLInputValue[]
  /** What was compared, where it was a range or an equality over one type. */
  path?: readonly string[]
  operator?: string
  rank?: number
  /** It selects more than the condition is true for. */
  wide?: true
  /** It lists the rows there are, few of them: a better way in than any order or range. */
  leads?: true
}

export const NOTHING: Clause = { sql: '0', values: [] }
export const TRUE: Clause = { sql: '1', values: [] }

/** Repeats the first value up to a power of two, so that lists of any length need few statements. */
export function pad<T>(values: readonly T[]): T[] {
  const padded = [...values]
  while (padded.length & (padded.length - 1)) padded.push(padded[0]!)
  return padded
}
