// Queries: SELECT … FROM … JOIN … WHERE … GROUP BY … ORDER BY … OFFSET … LIMIT …, and the bare `FROM … WHERE …` of conditions.
// https://learn.microsoft.com/azure/cosmos-db/nosql/query/select
import { badRequest } from '../wire/errors.ts'
import type { Expression, OrderItem, Query, Selection, Source } from './ast.ts'
import { parseExpression, parseMembers, RESERVED } from './parse-expression.ts'
import { readTokens, type TokenReader } from './token-reader.ts'

/** @throws CosmosError 400 with the service's SC1001 for text that is no query. */
export function parse(text: string): Query {
  const reader = readTokens(text)
  const query = parseQuery(reader)
  end(reader)
  return query
}

/** The condition of a patch: `FROM c WHERE …`. */
export function parseCondition(text: string): Query {
  const reader = readTokens(text)
  const query: Query = {
    distinct: false,
    selection: { kind: 'all' },
    sources: parseFrom(reader),
    groupBy: [],
    orderBy: [],
  }
  reader.expectWord('WHERE')
  query.where = parseExpression(reader)
  end(reader)
  return query
}

function end(reader: TokenReader): void {
  if (reader.next().kind !== 'end') throw reader.unexpected()
}

export function parseQuery(reader: TokenReader): Query {
  reader.expectWord('SELECT')
  const distinct = reader.takeWord('DISTINCT')
  const top = reader.takeWord('TOP') ? parseCount(reader) : undefined
  const selection = parseSelection(reader)
  const query: Query = {
    distinct,
    ...(top && { top }),
    selection,
    sources: reader.atWord('FROM') ? parseFrom(reader) : [],
    groupBy: [],
    orderBy: [],
  }
  if (reader.takeWord('WHERE')) query.where = parseExpression(reader)
  if (reader.takeWord('GROUP')) {
    reader.expectWord('BY')
    query.groupBy = separated(reader, () => parseExpression(reader))
  }
  if (reader.takeWord('ORDER')) {
    reader.expectWord('BY')
    if (reader.takeWord('RANK')) {
      query.rank = parseExpression(reader)
      if (reader.atWord('ASC') || reader.atWord('DESC')) {
        throw badRequest('Specifying a sort order (ASC or DESC) in the ORDER BY RANK clause is not allowed.')
      }
    } else query.orderBy = separated(reader, () => parseOrderItem(reader))
  }
  if (reader.takeWord('OFFSET')) {
    query.offset = parseCount(reader)
    reader.expectWord('LIMIT')
    query.limit = parseCount(reader)
  }
  return query
}

function parseCount(reader: TokenReader): Expression {
  const token = reader.next()
  if (token.kind === 'number') return { kind: 'literal', value: token.value }
  if (token.kind === 'parameter') return { kind: 'parameter', name: token.text }
  throw reader.unexpected()
}

function parseSelection(reader: TokenReader): Selection {
  if (reader.take('*')) return { kind: 'all' }
  if (reader.takeWord('VALUE')) return { kind: 'value', expression: parseExpression(reader) }
  let unnamed = 0
  const items = separated(reader, () => {
    const expression = parseExpression(reader)
    return { name: parseAlias(reader) ?? impliedName(expression) ?? `$${++unnamed}`, expression }
  })
  return { kind: 'list', items }
}

function parseAlias(reader: TokenReader): string | undefined {
  const explicit = reader.takeWord('AS')
  const token = reader.peek()
  if (token.kind === 'word' && !RESERVED.has(token.text.toUpperCase())) return reader.next().text
  if (explicit && token.kind === 'string') return String(reader.next().value)
  if (explicit) {
    reader.next()
    throw reader.unexpected()
  }
  return undefined
}

function impliedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name
  if (expression.kind !== 'member' || expression.property.kind !== 'literal') return undefined
  return typeof expression.property.value === 'string' ? expression.property.value : undefined
}

function parseOrderItem(reader: TokenReader): OrderItem {
  const expression = parseExpression(reader)
  const descending = reader.takeWord('DESC')
  if (!descending) reader.takeWord('ASC')
  return { expression, descending }
}

function parseFrom(reader: TokenReader): Source[] {
  reader.expectWord('FROM')
  const sources = [parseSource(reader)]
  while (reader.takeWord('JOIN')) sources.push(parseSource(reader))
  return sources
}

function parseSource(reader: TokenReader): Source {
  if (reader.take('(')) {
    const query = parseQuery(reader)
    reader.expect(')')
    return { kind: 'query', query, alias: parseAlias(reader) ?? '' }
  }
  const token = reader.next()
  if (token.kind !== 'word' || RESERVED.has(token.text.toUpperCase())) throw reader.unexpected()
  if (reader.takeWord('IN')) {
    if (reader.take('(')) {
      const query = parseQuery(reader)
      reader.expect(')')
      return { kind: 'in', alias: token.text, expression: { kind: 'scalar', query } }
    }
    return { kind: 'in', alias: token.text, expression: parsePath(reader) }
  }
  const name: Expression = { kind: 'name', name: token.text, at: token.at }
  const expression = parseMembers(reader, name)
  return { kind: 'value', expression, alias: parseAlias(reader) ?? impliedName(expression) ?? '' }
}

function parsePath(reader: TokenReader): Expression {
  const token = reader.next()
  if (token.kind === 'parameter') return parseMembers(reader, { kind: 'parameter', name: token.text })
  if (token.kind !== 'word') throw reader.unexpected()
  return parseMembers(reader, { kind: 'name', name: token.text, at: token.at })
}

function separated<T>(reader: TokenReader, one: () => T): T[] {
  const items = [one()]
  while (reader.take(',')) items.push(one())
  return items
}
