// Writes a parsed query as text again, with all brackets, so that it means the same whatever it is put into.
import type { Expression, Query, Selection, Source } from './ast.ts'
import { RESERVED } from './parse-expression.ts'

const isPlainName = (name: string) => /^[A-Za-z_]\w*$/.test(name)
const quoted = (name: string) => (isPlainName(name) && !RESERVED.has(name.toUpperCase()) ? name : text(name))
const text = (value: unknown) => JSON.stringify(value)
const list = (items: readonly Expression[]) => items.map(printExpression).join(', ')

/** @param filter A further condition, on a line of its own. */
export function printQuery(query: Query, filter?: string): string {
  const { distinct, top, selection, sources, where, groupBy, orderBy, offset, limit } = query
  const lines = [
    `SELECT ${distinct ? 'DISTINCT ' : ''}${top ? `TOP ${printExpression(top)} ` : ''}${printSelection(selection)}`,
  ]
  if (sources.length > 0) lines.push(`FROM ${sources.map(printSource).join(' JOIN ')}`)
  if (where || filter !== undefined) lines.push(`WHERE ${where ? printExpression(where) : 'true'}`)
  if (filter !== undefined) lines.push(`AND ${filter}`)
  if (groupBy.length > 0) lines.push(`GROUP BY ${list(groupBy)}`)
  if (orderBy.length > 0) {
    const items = orderBy.map(
      ({ expression, descending }) => `${printExpression(expression)} ${descending ? 'DESC' : 'ASC'}`,
    )
    lines.push(`ORDER BY ${items.join(', ')}`)
  }
  if (offset && limit) lines.push(`OFFSET ${printExpression(offset)} LIMIT ${printExpression(limit)}`)
  return lines.join('\n')
}

function printSelection(selection: Selection): string {
  if (selection.kind === 'all') return '*'
  if (selection.kind === 'value') return `VALUE ${printExpression(selection.expression)}`
  return selection.items
    .map(({ name, expression }) => `${printExpression(expression)} AS ${quoted(name)}`)
    .join(', ')
}

function printSource({ alias, kind, expression, query }: Source): string {
  if (kind === 'in') return `${alias} IN ${printExpression(expression!)}`
  const named = alias === '' ? '' : ` AS ${alias}`
  return kind === 'query' ? `(${printQuery(query!)})${named}` : `${printExpression(expression!)}${named}`
}

export function printExpression(expression: Expression): string {
  const sub = printExpression
  switch (expression.kind) {
    case 'literal':
      // JSON has no words for NaN and Infinity, the query language does.
      return typeof expression.value === 'number' ? String(expression.value) : text(expression.value)
    case 'undefined':
      return 'undefined'
    case 'parameter':
    case 'name':
      return expression.name
    case 'member':
      return printMember(expression)
    case 'unary':
      return `(${expression.operator.toUpperCase()} ${sub(expression.operand)})`
    case 'binary':
      return `(${sub(expression.left)} ${expression.operator.toUpperCase()} ${sub(expression.right)})`
    case 'conditional':
      return `(${sub(expression.test)} ? ${sub(expression.then)} : ${sub(expression.otherwise)})`
    case 'in':
      return `(${sub(expression.operand)} IN (${list(expression.list)}))`
    case 'between':
      return `(${sub(expression.operand)} BETWEEN ${sub(expression.low)} AND ${sub(expression.high)})`
    case 'like': {
      const mark = expression.escape ? ` ESCAPE ${sub(expression.escape)}` : ''
      return `(${sub(expression.operand)} LIKE ${sub(expression.pattern)}${mark})`
    }
    case 'call':
      return `${expression.name}(${list(expression.args)})`
    case 'object':
      return `{${expression.entries.map(([name, value]) => `${text(name)}: ${sub(value)}`).join(', ')}}`
    case 'array':
      return `[${list(expression.items)}]`
    case 'exists':
      return `EXISTS(${printQuery(expression.query)})`
    case 'array-of':
      return `ARRAY(${printQuery(expression.query)})`
    case 'scalar':
      return `(${printQuery(expression.query)})`
  }
}

function printMember({ object, property }: Extract<Expression, { kind: 'member' }>): string {
  const bare = object.kind === 'name' || object.kind === 'member' || object.kind === 'parameter'
  const base = bare ? printExpression(object) : `(${printExpression(object)})`
  const name = property.kind === 'literal' ? property.value : undefined
  return typeof name === 'string' && isPlainName(name)
    ? `${base}.${name}`
    : `${base}[${printExpression(property)}]`
}
