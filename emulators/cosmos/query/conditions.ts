// A plan's conditions with their values, as SQL. Each selects precisely the documents for which the condition is true, so a
// WHERE made only of these needs no second look in JavaScript; one that selects more is marked so.
import { canonicalKey, type KeyValue } from '../items/partition-key.ts'
import type { Collection } from '../storage/collection.ts'
import type { Scope } from '../storage/scope.ts'
import type { SQLInputValue } from '../storage/store.ts'
import { type Columns, columnsOf, isExpressible, uniqueExpressions } from '../storage/typed-path.ts'
import { type Clause, NOTHING, pad, TRUE } from './clause.ts'
import type { Environment } from './compiled.ts'
import type { Condition } from './plan.ts'
import { rankOf } from './values.ts'
import { wordsClause } from './words-clause.ts'

/** Like `columnsOf`, but in the words of the index behind a unique key, where the path has one. */
function searchColumns(collection: Collection, path: readonly string[], scope: Scope): Columns | undefined {
  const unique = hasUniqueIndex(collection, path) && (scope.pk !== undefined || scope.pks !== undefined)
  if (!unique || !isExpressible(path)) return columnsOf(path)
  const [rank, value] = uniqueExpressions(path)
  return { rank: rank!, value: value! }
}

/** Whether the index behind a unique key can be searched by the path, within one partition key. */
export const hasUniqueIndex = (collection: Collection, path: readonly string[]) =>
  collection.uniqueKeys.some(([first]) => first && samePath(first, path))

export const samePath = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((name, i) => name === b[i])

/**
 * The SQL of a condition; undefined when its value is of a kind that SQL would compare differently.
 */
export function toClause(
  collection: Collection,
  condition: Condition,
  env: Environment,
  scope: Scope,
): Clause | undefined {
  if (condition.kind === 'any') return anyClause(collection, condition.branches, env, scope)
  if (condition.kind === 'words') return wordsClause(collection, condition, env, scope)
  const isKey = collection.keyPaths.length === 1 && samePath(collection.keyPaths[0]!, condition.path)
  const columns = searchColumns(collection, condition.path, scope)
  if (!columns) return undefined
  if (condition.kind === 'defined') {
    const plain = columnsOf(condition.path)!
    if (plain.rank === undefined) return condition.defined ? TRUE : NOTHING
    return { sql: `${plain.rank} ${condition.defined ? '>' : '='} 0`, values: [] }
  }
  if (condition.kind === 'compare') {
    const value = condition.value(env)
    if (value === undefined) return NOTHING
    if (isKey && scope.pk !== undefined && condition.operator === '=' && isScalar(value)) {
      return canonicalKey([value]) === scope.pk ? TRUE : NOTHING
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
  const padded = pad(values)
  const sql = typed(columns, rank, `${columns.value} IN (${padded.map(() => '?').join(',')})`)
  return { sql, values: padded, path, operator: 'in', rank }
}

/** An OR, when every branch is one that SQL can decide. */
function anyClause(
  collection: Collection,
  branches: Condition[][],
  env: Environment,
  scope: Scope,
): Clause | undefined {
  const values: SQLInputValue[] = []
  const parts: string[] = []
  let wide = false
  for (const branch of branches) {
    const clauses = branch.map((condition) => toClause(collection, condition, env, scope))
    if (!clauses.every((clause) => clause !== undefined)) return undefined
    wide ||= clauses.some((clause) => clause.wide)
    parts.push(clauses.map(({ sql }) => `(${sql})`).join(' AND '))
    values.push(...clauses.flatMap((clause) => clause.values))
  }
  const sql = parts.map((part) => `(${part})`).join(' OR ')
  return { sql, values, ...(wide && { wide: true }) }
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
