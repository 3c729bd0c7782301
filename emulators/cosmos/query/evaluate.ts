// Runs a compiled query whole, in memory: WHERE, GROUP BY, aggregates, ORDER BY, DISTINCT, TOP, OFFSET and LIMIT.
// Subqueries always come here; the query itself only when it cannot be streamed.
import { badRequest } from '../wire/errors.ts'
import { type Accumulator, newAccumulator } from './aggregates.ts'
import type { CompiledQuery, Environment, Evaluate } from './compiled.ts'
import { compareValues, valueKey } from './values.ts'

/**
 * All results. `eachRow` binds the slots of every candidate row and calls back for each.
 * @throws CosmosError 400 for a TOP, OFFSET or LIMIT that is no count.
 */
export function evaluateAll(
  query: CompiledQuery,
  env: Environment,
  eachRow: (row: () => void) => void,
): unknown[] {
  const grouped = query.groupBy.length > 0 || query.aggregates.length > 0
  const rows = grouped ? groupRows(query, env, eachRow) : plainRows(query, env, eachRow)
  if (query.orderBy.length > 0) {
    rows.sort((a, b) => {
      for (let i = 0; i < query.orderBy.length; i++) {
        const order = compareValues(a.keys[i], b.keys[i])
        if (order !== 0) return query.orderBy[i]!.descending ? -order : order
      }
      return 0
    })
  }
  let values = rows.map(({ value }) => value).filter((value) => value !== undefined)
  if (query.distinct) {
    const seen = new Set<string>()
    values = values.filter((value) => {
      const key = valueKey(value)
      return !seen.has(key) && seen.add(key)
    })
  }
  const { skip, take } = window(query, env)
  return values.slice(skip, skip + take)
}

/** How many results to skip and how many to return at most. */
export function window(query: CompiledQuery, env: Environment): { skip: number; take: number } {
  const skip = count(query.offset, env, 'OFFSET') ?? 0
  const limit = count(query.limit, env, 'LIMIT') ?? Number.POSITIVE_INFINITY
  const top = count(query.top, env, 'TOP') ?? Number.POSITIVE_INFINITY
  return { skip, take: Math.min(limit, top) }
}

function count(evaluate: Evaluate | undefined, env: Environment, clause: string): number | undefined {
  if (!evaluate) return undefined
  const value = evaluate(env)
  if (!Number.isInteger(value) || (value as number) < 0) {
    throw badRequest(`The value of ${clause} must be a non-negative integer.`)
  }
  return value as number
}

interface ResultRow {
  value: unknown
  keys: unknown[]
}

function plainRows(query: CompiledQuery, env: Environment, eachRow: (row: () => void) => void): ResultRow[] {
  const rows: ResultRow[] = []
  eachRow(() => {
    if (query.where && query.where(env) !== true) return
    rows.push({ value: query.project(env), keys: query.orderBy.map(({ evaluate }) => evaluate(env)) })
  })
  return rows
}

function groupRows(query: CompiledQuery, env: Environment, eachRow: (row: () => void) => void): ResultRow[] {
  const groups = new Map<string, { slots: unknown[]; accumulators: Accumulator[] }>()
  const open = (key: string) => {
    const accumulators = query.aggregates.map(({ name }) => newAccumulator(name))
    const group = { slots: [...env.slots], accumulators }
    groups.set(key, group)
    return group
  }
  eachRow(() => {
    if (query.where && query.where(env) !== true) return
    const key = query.groupBy.map((evaluate) => valueKey(evaluate(env))).join(',')
    const { accumulators } = groups.get(key) ?? open(key)
    query.aggregates.forEach(({ argument }, i) => {
      accumulators[i]!.add(argument(env))
    })
  })
  // Without GROUP BY there is one group, even of nothing.
  if (query.groupBy.length === 0 && groups.size === 0) open('')
  const slots = env.slots
  const rows = [...groups.values()].map((group) => {
    env.slots = group.slots
    query.aggregates.forEach(({ slot }, i) => {
      env.aggregates[slot] = group.accumulators[i]!.finish()
    })
    return { value: query.project(env), keys: query.orderBy.map(({ evaluate }) => evaluate(env)) }
  })
  env.slots = slots
  return rows
}
