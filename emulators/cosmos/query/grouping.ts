// The rule of GROUP BY: what is selected must have one value per group.
import { badRequest } from '../wire/errors.ts'
import { isAggregate } from './aggregates.ts'
import type { Expression, Query } from './ast.ts'
import type { CompiledQuery } from './compiled.ts'

/** Beside aggregates only what is the same for the whole group can be selected. @throws CosmosError 400 */
export function refuseUngrouped(query: Query, compiled: CompiledQuery): void {
  if (compiled.aggregates.length === 0 && query.groupBy.length === 0) return
  const { selection } = query
  const selected =
    selection.kind === 'list'
      ? selection.items.map(({ expression }) => expression)
      : selection.kind === 'value'
        ? [selection.expression]
        : []
  const groups = new Set(query.groupBy.map(shape))
  if (selection.kind !== 'all' && selected.every((expression) => isGrouped(expression, groups))) return
  throw badRequest(
    'Property reference is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.',
  )
}

/** An expression as text, without its place in the query. */
const shape = (expression: Expression) =>
  JSON.stringify(expression, (name, value) => (name === 'at' ? undefined : value))

function isGrouped(expression: Expression, groups: ReadonlySet<string>): boolean {
  if (groups.has(shape(expression))) return true
  if (expression.kind === 'name') return false
  if (expression.kind === 'call' && isAggregate(expression.name)) return true
  return children(expression).every((child) => isGrouped(child, groups))
}

/** The expression and all inside of it, except in subqueries. */
export function walk(expression: Expression): Expression[] {
  return [expression, ...children(expression).flatMap(walk)]
}

function children(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'member':
      return [expression.object]
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise]
    case 'call':
      return expression.args
    case 'array':
      return expression.items
    case 'object':
      return expression.entries.map(([, value]) => value)
    default:
      return []
  }
}
