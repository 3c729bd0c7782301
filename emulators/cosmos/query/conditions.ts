// A plan's conditions with their values, as SQL. Each is exact: it selects precisely the documents for which the
// condition is true, so a WHERE made only of these needs no second look in JavaScript.
import { canonicalKey, type KeyValue } from '../items/partition-key.ts'
import type { Collection } from '../storage/collection.ts'
import type { SQLInputValue } from '../storage/store.ts'
import { isExpressible, RANK, typedPath, uniqueExpressions } from '../storage/typed-path.ts'
import type { Environment } from './compile.ts'
import type { Condition } from './plan.ts'
import { rankOf } from './values.ts'

export interface Columns {
  /** SQL for the type's rank; absent where every value has the type `always`. */
  rank?: string
  always?: number
  value: string
}

/** The columns that hold a path: the real ones for `id` and `_ts`, expressions over the JSON for the others. */
export function columnsOf(path: readonly string[]): Columns | undefined {
  if (path.length === 1 && path[0] === 'id') return { always: RANK.string, value: 'id' }
  if (path.length === 1 && path[0] === '_ts') return { always: RANK.number, value: 'ts' }
  return isExpressible(path) ? typedPath(path) : undefined
}

/** Like `columnsOf`, but in the words of the index behind a unique key, where the path has one. */
export function searchColumns(collection: Collection, path: readonly string[]): Columns | undefined {
  const unique = collection.uniqueKeys.some(([first]) => first && samePath(first, path))
  if (!unique || !isExpressible(path)) return columnsOf(path)
  const [rank, value] = uniqueExpressions(path)
  return { rank: rank!, value: value! }
}

export const samePath = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((name, i) => name === b[i])

export interface Clause {
  sql: string
  values: SQLInputValue[]
  /** What was compared, where it was a range or an equality over one type. */
  path?: readonly string[]
  operator?: string
  rank?: number
}

const NOTHING: Clause = { sql: '0', values: [] }

/**
 * The SQL of a condition; undefined when its value is of a kind that SQL would compare differently.
 * @param pk the partition key all rows have, if it is one.
 */
export function toClause(
  collection: Collection,
  condition: Condition,
  env: Environment,
  pk: string | undefined,
): Clause | undefined {
  const columns = searchColumns(collection, condition.path)
  if (!columns) return undefined
  if (condition.kind === 'defined') {
    const plain = columnsOf(condition.path)!
    if (plain.rank === undefined) return condition.defined ? { sql: '1', values: [] } : NOTHING
    return { sql: `${plain.rank} ${condition.defined ? '>' : '='} 0`, values: [] }
  }
  if (condition.kind === 'compare') {
    const value = condition.value(env)
    if (value === undefined) return NOTHING
    const isKey = collection.keyPaths.length === 1 && samePath(collection.keyPaths[0]!, condition.path)
    if (isKey && pk !== undefined && condition.operator === '=' && isScalar(value)) {
      return canonicalKey([value]) === pk ? { sql: '1', values: [] } : NOTHING
    }
    return compareClause(columns, condition, value)
  }
  const values = condition.kind === 'in' ? condition.values.map((value) => value(env)) : condition.array(env)
  if (!Array.isArray(values)) return NOTHING
  return inClause(
    columns,
    condition.path,
    values.filter((value) => value !== undefined),
  )
}

export const isScalar = (value: unknown): value is KeyValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

function compareClause(
  columns: Columns,
  { path, operator }: Extract<Condition, { kind: 'compare' }>,
  value: unknown,
): Clause | undefined {
  if (isBindable(value)) {
    const rank = rankOf(value)
    const sql = typed(columns, rank, `${columns.value} ${operator} ?`)
    return { sql, values: [value], path, operator, rank }
  }
  if (operator !== '=' || !isScalar(value)) return undefined
  const rank = rankOf(value)
  // The columns of a unique key cannot tell null from missing.
  const plain = columnsOf(path)!
  return { sql: typed(plain, rank, '1'), values: [] }
}

function inClause(columns: Columns, path: readonly string[], values: unknown[]): Clause | undefined {
  if (values.length === 0) return NOTHING
  const ranks = new Set(values.map(rankOf))
  if (ranks.size !== 1 || !values.every(isBindable)) return undefined
  const rank = rankOf(values[0])
  // Padded to a power of two, so that lists of any length need few statements.
  const padded = [...values]
  while (padded.length & (padded.length - 1)) padded.push(padded[0]!)
  const sql = typed(columns, rank, `${columns.value} IN (${padded.map(() => '?').join(',')})`)
  return { sql, values: padded, path, operator: 'in', rank }
}

function typed({ rank, always }: Columns, wanted: number, test: string): string {
  if (rank === undefined) return always === wanted ? test : '0 AND '.concat(test)
  return `${rank} = ${wanted} AND ${test}`
}

/** Numbers and strings that mean the same to SQLite as to us. */
function isBindable(value: unknown): value is string | number {
  if (typeof value === 'number') return true
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}
