// Builds the one SQL statement behind a query: which rows, in which order, from where on. Sees to it that an index
// serves the order, and refuses an order the service would refuse.
import type { Collection } from '../storage/collection.ts'
import { aliveClause } from '../storage/expiry.ts'
import type { SQLInputValue } from '../storage/store.ts'
import { badRequest, notImplemented } from '../wire/errors.ts'
import type { Environment } from './compile.ts'
import { type Clause, type Columns, columnsOf, samePath, toClause } from './conditions.ts'
import type { Continuation } from './continuation.ts'
import type { Plan } from './plan.ts'

/** Which documents a request may see. */
export interface Scope {
  /** One logical partition. */
  pk?: string
  /** All logical partitions whose hierarchical key starts so. */
  prefix?: string
  /** One physical range. */
  range?: number
}

export interface Scan {
  sql: string
  values: SQLInputValue[]
  /** The rows are exactly those the WHERE is true for. */
  exact: boolean
  /** The paths rows are ordered by, before their number. */
  order: { path: readonly string[]; descending: boolean }[]
  /** Paths compared for equality without an index so far, though the policy would allow one. */
  wanted: (readonly string[])[]
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
  const found = plan.conditions.map((condition) => toClause(collection, condition, env, scope.pk))
  const clauses = found.filter((clause) => clause !== undefined)
  const order = chooseOrder(collection, plan, clauses, scope)
  const columns = order.map(({ path }) => {
    const known = columnsOf(path)
    if (!known) throw notImplemented(`ORDER BY over the property name ${JSON.stringify(path.at(-1))}`)
    return known
  })
  const firstRank = clauses.find(
    ({ path, rank }) => rank !== undefined && order[0] && samePath(path!, order[0].path),
  )?.rank
  const where: Clause[] = [
    ...scopeClauses(scope),
    ...clauses.filter((clause) => !isOvertaken(clause, order, resume)),
  ]
  if (collection.expires) where.push({ sql: aliveClause(collection).replace(' AND ', ''), values: [now] })
  if (resume) where.push(...resumeClauses(order, columns, firstRank, resume))
  const direction = order[0]?.descending ? ' DESC' : ''
  const by = order.flatMap(({ descending }, i) => {
    const { rank, value } = columns[i]!
    return [...(rank ? [rank] : []), value].map((sql) => sql + (descending ? ' DESC' : ''))
  })
  const conditions = where.map(({ sql }) => `(${sql})`).join(' AND ') || '1'
  return {
    sql: `SELECT n, body FROM ${collection.table} WHERE ${conditions} ORDER BY ${[...by, `n${direction}`].join(', ')}`,
    values: where.flatMap(({ values }) => values),
    exact: plan.complete && found.every((clause) => clause !== undefined),
    order,
    wanted: clauses
      .filter(({ operator, path }) => operator !== undefined && path && collection.indexed.includes(path))
      .map(({ path }) => path!),
  }
}

function scopeClauses({ pk, prefix, range }: Scope): Clause[] {
  if (pk !== undefined) return [{ sql: 'pk = ?', values: [pk] }]
  const clauses: Clause[] = []
  if (prefix !== undefined)
    clauses.push({ sql: 'pk >= ? AND pk < ?', values: [prefix, `${prefix}\u{10ffff}`] })
  if (range !== undefined) clauses.push({ sql: 'rng = ?', values: [range] })
  return clauses
}

function chooseOrder(collection: Collection, plan: Plan, clauses: Clause[], scope: Scope): Scan['order'] {
  const { indexed, indexes } = collection
  if (plan.order.length > 0) {
    const unindexed = plan.order.find(({ path }) => !indexed.includes(path))
    if (unindexed && !indexed.composite(plan.order)) {
      throw badRequest(
        'The index path corresponding to the specified order-by item is excluded: '.concat(
          unindexed.path.join('/'),
        ),
      )
    }
    if (plan.order.length > 1 && !indexed.composite(plan.order)) {
      throw badRequest(
        'The order by query does not have a corresponding composite index that it can be served from.',
      )
    }
    if (scope.pk !== undefined) ensure(collection, plan.order)
    return plan.order
  }
  if (scope.pk === undefined || !plan.streaming) return []
  // A range without an order is read in the order of its own index.
  const range = clauses.find(
    ({ operator, path }) => path && /^[<>]/.test(operator ?? '') && indexed.includes(path) && columnsOf(path),
  )
  if (!range) return []
  const order = [{ path: range.path!, descending: false }]
  ensure({ indexes }, order)
  return order
}

function ensure({ indexes }: Pick<Collection, 'indexes'>, order: Scan['order']): void {
  if (order.length === 1 && order[0]!.path.length === 1 && order[0]!.path[0] === '_ts') indexes.ensureTime()
  else if (order.some(({ path }) => columnsOf(path)?.rank !== undefined)) {
    indexes.ensure(order.length === 1 ? [{ path: order[0]!.path }] : order)
  }
}

/** A bound that the resume position has already passed would only keep SQLite from seeking to the position. */
function isOvertaken(clause: Clause, order: Scan['order'], resume: Continuation | undefined): boolean {
  if (!resume || order.length !== 1 || !clause.path || !samePath(clause.path, order[0]!.path)) return false
  return clause.operator?.startsWith(order[0]!.descending ? '<' : '>') ?? false
}

/** At the resume position or behind it, in the order of the scan. */
function resumeClauses(
  order: Scan['order'],
  columns: Columns[],
  firstRank: number | undefined,
  resume: Continuation,
): Clause[] {
  if (order.length === 0) return [{ sql: 'n >= ?', values: [resume.n] }]
  if (resume.k.length !== order.length) throw badRequest('Invalid Continuation Token')
  if (order.length === 1) {
    const { rank, value } = columns[0]!
    const [typeRank, key] = resume.k[0]!
    const operator = order[0]!.descending ? '<=' : '>='
    const pair: Clause = { sql: `(${value}, n) ${operator} (?, ?)`, values: [key, resume.n] }
    if (rank === undefined) return [pair]
    // With the type fixed, SQLite can seek on the value; without, on type and value together.
    if (firstRank !== undefined) return [{ sql: `${rank} = ${firstRank}`, values: [] }, pair]
    return [{ sql: `(${rank}, ${value}, n) ${operator} (?, ?, ?)`, values: [typeRank, key, resume.n] }]
  }
  return [lexicographic(order, columns, resume)]
}

/** (a, b, n) at or behind the position when each key has a direction of its own. */
function lexicographic(order: Scan['order'], columns: Columns[], resume: Continuation): Clause {
  const keys = order.flatMap(({ descending }, i) => {
    const { rank, value } = columns[i]!
    const [typeRank, key] = resume.k[i]!
    const parts: { sql: string; key: SQLInputValue; descending: boolean }[] = [
      { sql: value, key, descending },
    ]
    if (rank) parts.unshift({ sql: rank, key: typeRank, descending })
    return parts
  })
  keys.push({ sql: 'n', key: resume.n, descending: order[0]!.descending })
  const alternatives = keys.map((last, i) => {
    const equal = keys.slice(0, i)
    const inclusive = i === keys.length - 1 ? '=' : ''
    const sql = [
      ...equal.map((key) => `${key.sql} = ?`),
      `${last.sql} ${last.descending ? '<' : '>'}${inclusive} ?`,
    ]
    return { sql: `(${sql.join(' AND ')})`, values: [...equal.map(({ key }) => key), last.key] }
  })
  return {
    sql: alternatives.map(({ sql }) => sql).join(' OR '),
    values: alternatives.flatMap(({ values }) => values),
  }
}
