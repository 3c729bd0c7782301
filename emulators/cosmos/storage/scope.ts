// Which documents of a container a request is about, and the SQL that limits rows to them.
import type { Collection } from './collection.ts'
import type { SQLInputValue } from './store.ts'

export interface Scope {
  /** One logical partition. */
  pk?: string
  /** Some logical partitions, at least one. */
  pks?: string[]
  /** All logical partitions whose hierarchical key starts so. */
  prefix?: string
  /** One physical range, by its number. */
  range?: number
  /** A part of hash space, from and below two points. */
  epk?: { min: string; max: string }
}

interface Condition {
  sql: string
  values: SQLInputValue[]
}

/** Limits rows to those whose partition key falls between two points of hash space. */
export function epkClause({ ranges }: Collection, { min, max }: { min: string; max: string }): Condition {
  const point = `epk('${ranges.kind}', pk)`
  return { sql: `${point} >= ? AND ${point} < ?`, values: [min, max] }
}

export const prefixClause = (prefix: string, column = 'pk'): Condition => ({
  sql: `${column} >= ? AND ${column} < ?`,
  values: [prefix, `${prefix}\u{10ffff}`],
})
