// Computed properties: names that stand for an expression over the document. A query that uses one is run as if the
// expression stood there. https://learn.microsoft.com/azure/cosmos-db/nosql/query/computed-properties
import { badRequest } from '../wire/errors.ts'
import type { Expression, Query } from './ast.ts'
import { parse } from './parser.ts'

export interface Computed {
  /** Tells one set of properties from another. */
  key: string
  byName: ReadonlyMap<string, { root: string; expression: Expression }>
}

/** @throws CosmosError 400 for a query that is not `SELECT VALUE … FROM c`. */
export function parseComputed(properties: readonly { name: string; query: string }[]): Computed | undefined {
  if (properties.length === 0) return undefined
  const byName = new Map(properties.map(({ name, query }) => [name, definitionOf(name, parse(query))]))
  return { key: JSON.stringify(properties), byName }
}

function definitionOf(name: string, { selection, sources, ...rest }: Query) {
  const [source] = sources
  const isPlain = !(
    rest.where ||
    rest.top ||
    rest.limit ||
    rest.distinct ||
    rest.groupBy.length ||
    rest.orderBy.length
  )
  if (selection.kind !== 'value' || sources.length !== 1 || source?.kind !== 'value' || !isPlain) {
    throw badRequest(
      `The query of the computed property '${name}' must be SELECT VALUE of an expression FROM the item.`,
    )
  }
  return { root: source.alias, expression: selection.expression }
}

/** The expressions in place of their names, wherever they are read from the document itself. */
export function withComputed<T>(part: T, { byName }: Computed, alias: string): T {
  return swap(part, (one) => {
    if (one.kind !== 'member' || one.object.kind !== 'name' || one.object.name !== alias) return undefined
    const name = one.property.kind === 'literal' ? one.property.value : undefined
    const found = typeof name === 'string' ? byName.get(name) : undefined
    return found && renamed(found.expression, found.root, alias)
  })
}

const renamed = (expression: Expression, from: string, to: string) =>
  swap(expression, (one) => (one.kind === 'name' && one.name === from ? { ...one, name: to } : undefined))

/** A copy of a piece of a query, in which some expressions are replaced. */
function swap<T>(part: T, replace: (expression: Expression) => Expression | undefined): T {
  if (Array.isArray(part)) return part.map((one) => swap(one, replace)) as T
  if (typeof part !== 'object' || part === null) return part
  const other = 'kind' in part ? replace(part as unknown as Expression) : undefined
  if (other) return other as T
  return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, swap(one, replace)])) as T
}
