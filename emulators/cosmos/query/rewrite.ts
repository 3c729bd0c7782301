// The query a client sends to each physical range when it merges the answers itself, in the shapes the client's pipeline
// takes apart: `{_rid, orderByItems: [{item}], payload}`, `{groupByItems: [{item}], payload}`, `[{item}]`.
import { badRequest } from '../wire/errors.ts'
import { isAggregate } from './aggregates.ts'
import type { Expression, Query } from './ast.ts'
import { printQuery } from './print.ts'

/** Where a client that resumes an ORDER BY puts its condition. */
export const FILTER = '{documentdb-formattableorderbyquery-filter}'

/**
 * A query text without the condition a client has put into it. Pages of a range belong together whatever it was.
 */
export const withoutFilter = (query: string) => query.replace(/\nAND \(.*\)\nORDER BY /, '\nORDER BY ')

/** Values of TOP, OFFSET and LIMIT, for they may be parameters. */
export interface Window {
  top?: number
  offset?: number
  limit?: number
}

export const AGGREGATE_TYPES: Record<string, string> = {
  COUNT: 'Count',
  SUM: 'Sum',
  AVG: 'Average',
  MIN: 'Min',
  MAX: 'Max',
  COUNTIF: 'CountIf',
  MAKELIST: 'MakeList',
  MAKESET: 'MakeSet',
}

/** The text for each range; empty when the query as it was sent will do. */
export function rewriteQuery(query: Query, grouped: boolean, window: Window): string {
  if (query.orderBy.length > 0) return printQuery(orderedQuery(query, window), `(${FILTER})`)
  if (grouped)
    return printQuery({ ...withoutWindow(query), distinct: false, selection: groupedSelection(query) })
  if (window.limit === undefined) return query.distinct ? printQuery(query) : ''
  const { offset: skipped = 0, limit } = window
  return printQuery({ ...query, offset: number(0), limit: number(skipped + limit) })
}

export const number = (value: number): Expression => ({ kind: 'literal', value })
export const call = (name: string, ...args: Expression[]): Expression => ({ kind: 'call', name, args, at: 0 })
export const object = (...entries: [string, Expression][]): Expression => ({ kind: 'object', entries })
export const items = (expressions: Expression[]): Expression => ({
  kind: 'array',
  items: expressions.map((expression) => object(['item', expression])),
})

export function withoutWindow({ top: _, offset: __, limit: ___, ...query }: Query): Query {
  return query
}

function orderedQuery(query: Query, { top, offset = 0, limit }: Window): Query {
  const root: Expression = { kind: 'name', name: query.sources[0]!.alias, at: 0 }
  const { selection } = query
  const payload = payloadOf(query)
  const isDocument = selection.kind !== 'value' || payload.kind === 'name'
  // A row without a value is no result; the client would make one of it.
  const where = isDocument ? query.where : both(query.where, call('IS_DEFINED', payload))
  // What is not distinct would be counted as well.
  const most = query.distinct ? undefined : (top ?? (limit === undefined ? undefined : offset + limit))
  return {
    ...withoutWindow(query),
    distinct: false,
    ...(most !== undefined && { top: number(most) }),
    ...(where && { where }),
    selection: {
      kind: 'list',
      items: [
        {
          name: '_rid',
          expression: { kind: 'member', object: root, property: { kind: 'literal', value: '_rid' } },
        },
        { name: 'orderByItems', expression: items(query.orderBy.map(({ expression }) => expression)) },
        { name: 'payload', expression: payload },
      ],
    },
  }
}

function both(left: Expression | undefined, right: Expression): Expression {
  return left ? { kind: 'binary', operator: 'and', left, right } : right
}

/** What is selected, as one expression. */
export function payloadOf({ selection, sources }: Query): Expression {
  if (selection.kind === 'value') return selection.expression
  if (selection.kind === 'all') return { kind: 'name', name: sources[0]!.alias, at: 0 }
  return object(...selection.items.map(({ name, expression }): [string, Expression] => [name, expression]))
}

function groupedSelection({ selection, groupBy }: Query): Query['selection'] {
  const groups = groupBy.length > 0 ? [{ name: 'groupByItems', expression: items(groupBy) }] : []
  if (selection.kind === 'value') {
    const partial = partOf(selection.expression)
    const payload: Expression = partial ? { kind: 'array', items: [partial] } : selection.expression
    if (groups.length === 0) return { kind: 'value', expression: payload }
    return { kind: 'list', items: [...groups, { name: 'payload', expression: payload }] }
  }
  if (selection.kind === 'all') throw badRequest("'SELECT *' cannot be grouped.")
  const parts = selection.items.map(({ name, expression }): [string, Expression] => [
    name,
    partOf(expression) ?? expression,
  ])
  return { kind: 'list', items: [...groups, { name: 'payload', expression: object(...parts) }] }
}

/** One range's part of an aggregate, from which the client makes the whole; undefined for any other expression. */
function partOf(expression: Expression): Expression | undefined {
  if (expression.kind !== 'call' || !isAggregate(expression.name)) return undefined
  const { name, args } = expression
  const count = call('COUNT', args[0]!)
  if (name === 'AVG') {
    const sum = call('SUM', args[0]!)
    // One value that is no number makes the whole average undefined.
    const part = object(['sum', sum], ['count', count])
    const none: Expression = { kind: 'undefined' }
    return object(['item', call('IIF', call('IS_DEFINED', sum), part, none)])
  }
  if (name === 'MIN' || name === 'MAX') {
    return object(['item', expression], ['item2', object([name.toLowerCase(), expression], ['count', count])])
  }
  return object(['item', expression])
}
