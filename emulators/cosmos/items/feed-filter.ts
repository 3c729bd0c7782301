// The rows of a change feed, as SQL that leaves their order by LSN to an index.
import type { Collection } from '../storage/collection.ts'
import { epkClause, prefixClause, type Scope } from '../storage/scope.ts'
import type { SQLInputValue } from '../storage/store.ts'

/** A condition that ends in AND, or nothing. */
export function feedFilter(collection: Collection, { pk, prefix, range, epk }: Scope) {
  const { ranges } = collection.ranges
  const clauses: { sql: string; values: SQLInputValue[] }[] = []
  if (pk !== undefined) clauses.push({ sql: 'pk = ?', values: [pk] })
  if (prefix !== undefined) clauses.push(prefixClause(prefix, '+pk'))
  // The one range there is, named so that the index on range and LSN serves.
  const only = range ?? (ranges.length === 1 && pk === undefined ? Number(ranges[0]!.id) : undefined)
  if (only !== undefined) clauses.push({ sql: pk === undefined ? 'rng = ?' : '+rng = ?', values: [only] })
  if (epk !== undefined) clauses.push(epkClause(collection, epk))
  return {
    sql: clauses.map(({ sql }) => `${sql} AND `).join(''),
    values: clauses.flatMap(({ values }) => values),
  }
}
