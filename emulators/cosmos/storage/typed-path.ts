// A property path as SQL over the stored JSON, in two expressions: the type's rank and the value. Ordering by both is
// Cosmos DB's order of mixed types: undefined < null < false < true < number < string < array < object.
// The same texts are used in indexes and in queries, which is what lets SQLite match them.

export const RANK = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  string: 5,
  array: 6,
  object: 7,
} as const

export interface TypedPath {
  /** SQL for the type's rank, 0 to 7. */
  rank: string
  /** SQL for the value; never NULL, so that it can take part in row-value comparisons. */
  value: string
}

/** Whether a path can be written in SQLite's JSON path syntax, which has no escape for quotes. */
export function isExpressible(path: readonly string[]): boolean {
  return path.length > 0 && path.every((name) => !/["\\\0]/.test(name) && name.isWellFormed())
}

/** The two SQL expressions of an expressible path. */
export function typedPath(path: readonly string[]): TypedPath {
  const at = `'$${path.map((name) => `."${name.replaceAll("'", "''")}"`).join('')}'`
  return {
    rank: `CASE json_type(body,${at}) WHEN 'integer' THEN 4 WHEN 'text' THEN 5 WHEN 'real' THEN 4 WHEN 'null' THEN 1 WHEN 'false' THEN 2 WHEN 'true' THEN 3 WHEN 'array' THEN 6 WHEN 'object' THEN 7 ELSE 0 END`,
    value: `ifnull(json_extract(body,${at}),0)`,
  }
}

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

/** SQL that is equal for equal values and makes a missing property the same as null, as unique keys demand. */
export function uniqueExpressions(path: readonly string[]): string[] {
  const { rank, value } = typedPath(path)
  return [`max(1,${rank})`, value]
}
