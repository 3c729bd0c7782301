// Builds the one SQL statement behind a query: which rows, in which order, from where on. Sees to it that an index
// serves the order, and refuses an order the service would refuse.
import type { Collection } from '../storage/collection.ts'
import { aliveClause } from '../storage/expiry.ts'
import { epkClause, prefixClause, type Scope } from '../storage/scope.ts'
import type { SQLInputValue } from '../storage/store.ts'
import { columnsOf } from '../storage/typed-path.ts'
import { badRequest, notImplemented } from '../wire/errors.ts'
import { type Clause, pad } from './clause.ts'
import type { Environment } from './compiled.ts'
import { hasUniqueIndex, samePath, toClause } from './conditions.ts'
import type { Continuation } from './continuation.ts'
import type { Plan } from './plan.ts'

export interface Scan {
  /** To be run one after the other. */
  statements: { sql: string; values: SQLInputValue[] }[]
  /** The rows are exactly those the WHERE is true for. */
  exact: boolean
  /** The paths rows are ordered by, before their number. */
  order: { path: readonly string[]; descending: boolean }[]
}

/** @param now Unix seconds. @throws CosmosError 400 for an ORDER BY without its index. */
export function buildScan(
  collection: Collection,
  plan: Plan,
  env: Environment,
  scope: Scope,
  now: number,
  resume?: Continuation,
): Scan {
  const found = plan.conditions.map((condition) => toClause(collection, condition, env, scope))
  const clauses = found.filter((clause) => clause !== undefined)
  const order = chooseOrder(collection, plan, clauses, scope)
  const keys = sortKeys(order, clauses)
  const where = [
    ...scopeClauses(collection, scope),
    ...clauses.map((clause) => (resume ? withoutPassed(clause, order) : clause)),
  ]
  if (collection.expires) where.push({ sql: aliveClause(collection).replace(' AND ', ''), values: [now] })
  if (resume && resume.k.length !== order.length) throw badRequest('Invalid Continuation Token')
  const parts = resume ? resumeParts(keys, resume) : [{ clauses: [], keys }]
  // Where the few rows are listed, no other index may tempt SQLite away.
  const table = clauses.some(({ leads }) => leads) ? `${collection.table} NOT INDEXED` : collection.table
  return {
    statements: parts.map((part) => select(table, [...where, ...part.clauses], part.keys)),
    exact: plan.complete && found.every((clause) => clause !== undefined && !clause.wide),
    order,
  }
}

/** Reads the rows of a scan as they are asked for. */
export function* scanRows(
  { prepare }: Collection,
  { statements }: Scan,
): Generator<{ n: number; body: string }> {
  for (const { sql, values } of statements) {
    for (const row of prepare(sql).iterate(...values)) yield row as { n: number; body: string }
  }
}

function select(table: string, where: Clause[], keys: SortKey[]): Scan['statements'][number] {
  const conditions = where.map(({ sql }) => `(${sql})`).join(' AND ') || '1'
  const order = keys.map(({ sql, descending }) => (descending ? `${sql} DESC` : sql)).join(', ')
  return {
    sql: `SELECT n, body FROM ${table} WHERE ${conditions} ORDER BY ${order}`,
    values: where.flatMap(({ values }) => values),
  }
}

interface SortKey {
  sql: string
  descending: boolean
  /** Its value in a continuation token. */
  from(resume: Continuation): SQLInputValue
}

/** All that rows are sorted by, down to their number, which makes the order total. */
function sortKeys(order: Scan['order'], clauses: Clause[]): SortKey[] {
  const keys = order.flatMap(({ path, descending }, i): SortKey[] => {
    const columns = columnsOf(path)
    if (!columns) throw notImplemented(`ORDER BY over the property name ${JSON.stringify(path.at(-1))}`)
    const value: SortKey = { sql: columns.value, descending, from: ({ k }) => k[i]![1] }
    // SQLite does not see by itself that an expression held constant needs no sorting.
    const about = clauses.filter((clause) => clause.rank !== undefined && samePath(clause.path!, path))
    if (about.some(({ operator }) => operator === '=')) return []
    const fixed = about.length > 0
    if (columns.rank === undefined || fixed) return [value]
    return [{ sql: columns.rank, descending, from: ({ k }) => k[i]![0] }, value]
  })
  // Clients that merge ranges take equal rows to be in this order of their resource ids.
  keys.push({ sql: 'n', descending: order.some(({ descending }) => descending), from: ({ n }) => n })
  return keys
}

/**
 * What comes at or behind the position, as consecutive statements that an index can seek to: the keys all equal and the
 * number at or behind; all but the last equal and that one behind; and so on. SQLite does not seek by row values over
 * expressions, and would read the rows of all earlier pages again.
 */
function resumeParts(keys: SortKey[], resume: Continuation): { clauses: Clause[]; keys: SortKey[] }[] {
  return keys
    .map((key, i) => {
      const equal = keys.slice(0, i).map(({ sql, from }) => ({ sql: `${sql} = ?`, values: [from(resume)] }))
      const operator = `${key.descending ? '<' : '>'}${i === keys.length - 1 ? '=' : ''}`
      const clauses = [...equal, { sql: `${key.sql} ${operator} ?`, values: [key.from(resume)] }]
      return { clauses, keys: keys.slice(i) }
    })
    .reverse()
}

/** Takes out a bound that the position has passed: given two, SQLite might seek by the wrong one. */
function withoutPassed(clause: Clause, order: Scan['order']): Clause {
  const [first] = order
  if (!first || !clause.path || !samePath(clause.path, first.path)) return clause
  if (!clause.operator?.startsWith(first.descending ? '<' : '>')) return clause
  const { rank } = columnsOf(clause.path)!
  return rank === undefined ? { sql: '1', values: [] } : { sql: `${rank} = ${clause.rank}`, values: [] }
}

function scopeClauses(collection: Collection, { pk, pks, prefix, range, epk }: Scope): Clause[] {
  const clauses: Clause[] = []
  if (pk !== undefined) clauses.push({ sql: 'pk = ?', values: [pk] })
  else if (pks !== undefined) {
    const values = pad(pks)
    clauses.push({ sql: `pk IN (${values.map(() => '?').join(',')})`, values })
  } else if (prefix !== undefined) {
    clauses.push(prefixClause(prefix))
  }
  // `+`: a range is no reason to leave the index that serves the order or the key.
  if (range !== undefined) clauses.push({ sql: '+rng = ?', values: [range] })
  if (epk !== undefined) clauses.push(epkClause(collection, epk))
  return clauses
}

function chooseOrder(collection: Collection, plan: Plan, clauses: Clause[], scope: Scope): Scan['order'] {
  const { indexed, indexes } = collection
  if (plan.order.length > 0) {
    refuseUnindexed(collection, plan.order)
    indexes.ensure(
      plan.order.length === 1 ? [{ path: plan.order[0]!.path }] : plan.order,
      scope.pk === undefined,
    )
    return plan.order
  }
  const sought = clauses.filter(({ operator, path }) => operator && path && indexed.includes(path))
  const best = sought.find(({ operator }) => !isRange(operator)) ?? sought[0]
  if (best === undefined) {
    if (scope.pk !== undefined) indexes.ensureKey()
    return []
  }
  const path = best.path!
  const served = scope.pk !== undefined || scope.pks !== undefined ? hasOwnIndex(collection, path) : false
  if (!served && scope.pks === undefined) indexes.ensure([{ path }], scope.pk === undefined)
  // A range without an order is read in the order of its own index.
  const ordered = scope.pk !== undefined && plan.streaming && isRange(best.operator)
  return ordered ? [{ path, descending: false }] : []
}

const isRange = (operator: string | undefined) => /^[<>]/.test(operator ?? '')

const hasOwnIndex = (collection: Collection, path: readonly string[]) =>
  samePath(path, ['id']) || hasUniqueIndex(collection, path)

function refuseUnindexed({ indexed }: Collection, order: Plan['order']): void {
  if (indexed.composite(order)) return
  if (order.length > 1) {
    throw badRequest(
      'The order by query does not have a corresponding composite index that it can be served from.',
    )
  }
  if (!indexed.includes(order[0]!.path)) {
    throw badRequest(
      `The index path corresponding to the specified order-by item is excluded: /${order[0]!.path.join('/')}`,
    )
  }
}
