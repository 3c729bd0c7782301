// Scalar expressions: a Pratt parser, one binding power per operator.
import type { BinaryOperator, Expression } from './ast.ts'
import { parseQuery } from './parser.ts'
import type { TokenReader } from './token-reader.ts'

/** Loosest first. Comparison stands above NOT, so `NOT c.a = 1` negates the comparison. */
const POWER: Record<string, number> = {
  '?': 1, '??': 2, OR: 3, AND: 4, // NOT: 5
  '=': 6, '!=': 6, '<>': 6, '<': 6, '>': 6, '<=': 6, '>=': 6, IN: 6, BETWEEN: 6, LIKE: 6, NOT: 6,
  '|': 7, '^': 8, '&': 9, '<<': 10, '>>': 10, '>>>': 10,
  '+': 11, '-': 11, '||': 11, '*': 12, '/': 12, '%': 12,
} // biome-ignore format: a table
const NOT_POWER = 5
const COMPARISON = 6
const UNARY_POWER = 13

const WORD_OPERATORS = new Set(['OR', 'AND', 'IN', 'BETWEEN', 'LIKE', 'NOT'])

/** Words that cannot stand for a name. */
export const RESERVED = new Set(
  'SELECT FROM WHERE JOIN ORDER GROUP BY OFFSET LIMIT AND OR NOT IN BETWEEN LIKE AS VALUE TOP DISTINCT EXISTS ASC DESC ESCAPE UNDEFINED NULL TRUE FALSE'.split(
    ' ',
  ),
)

export function parseExpression(reader: TokenReader, minimum = 0): Expression {
  let left = parsePrefix(reader)
  for (;;) {
    const token = reader.peek()
    const operator =
      token.kind === 'symbol' ? token.text : token.kind === 'word' ? token.text.toUpperCase() : ''
    if (token.kind === 'word' && !WORD_OPERATORS.has(operator)) return left
    const power = POWER[operator]
    if (power === undefined || power <= minimum) return left
    reader.next()
    left = parseInfix(reader, left, operator, power)
  }
}

function parseInfix(reader: TokenReader, left: Expression, operator: string, power: number): Expression {
  switch (operator) {
    case '?': {
      const then = parseExpression(reader)
      reader.expect(':')
      return { kind: 'conditional', test: left, then, otherwise: parseExpression(reader, power - 1) }
    }
    case 'NOT': {
      const word = reader.next().text.toUpperCase()
      if (word !== 'IN' && word !== 'BETWEEN' && word !== 'LIKE') throw reader.unexpected()
      return { kind: 'unary', operator: 'not', operand: parseInfix(reader, left, word, COMPARISON) }
    }
    case 'IN':
      reader.expect('(')
      return { kind: 'in', operand: left, list: parseList(reader, ')') }
    case 'BETWEEN': {
      const low = parseExpression(reader, COMPARISON)
      reader.expectWord('AND')
      return { kind: 'between', operand: left, low, high: parseExpression(reader, COMPARISON) }
    }
    case 'LIKE': {
      const pattern = parseExpression(reader, COMPARISON)
      if (!reader.takeWord('ESCAPE')) return { kind: 'like', operand: left, pattern }
      return { kind: 'like', operand: left, pattern, escape: parseExpression(reader, COMPARISON) }
    }
    default: {
      // `??` groups to the right: a ?? (b ?? c).
      const right = parseExpression(reader, operator === '??' ? power - 1 : power)
      const name = operator === '<>' ? '!=' : (operator.toLowerCase() as BinaryOperator)
      return { kind: 'binary', operator: name, left, right }
    }
  }
}

function parsePrefix(reader: TokenReader): Expression {
  if (reader.takeWord('NOT'))
    return { kind: 'unary', operator: 'not', operand: parseExpression(reader, NOT_POWER) }
  for (const operator of ['-', '+', '~'] as const) {
    if (reader.take(operator))
      return { kind: 'unary', operator, operand: parseExpression(reader, UNARY_POWER) }
  }
  return parseMembers(reader, parsePrimary(reader))
}

/** `.name`, `["name"]`, `[0]`, as many as follow. */
export function parseMembers(reader: TokenReader, start: Expression): Expression {
  let object = start
  for (;;) {
    if (reader.take('.')) {
      const name = reader.next()
      if (name.kind !== 'word') throw reader.unexpected()
      object = { kind: 'member', object, property: { kind: 'literal', value: name.text } }
    } else if (reader.take('[')) {
      object = { kind: 'member', object, property: parseExpression(reader) }
      reader.expect(']')
    } else return object
  }
}

function parsePrimary(reader: TokenReader): Expression {
  const token = reader.next()
  switch (token.kind) {
    case 'string':
    case 'number':
      return { kind: 'literal', value: token.value }
    case 'parameter':
      return { kind: 'parameter', name: token.text }
    case 'word':
      return parseWord(reader, token.text, token.at)
  }
  if (token.text === '(') {
    if (reader.atWord('SELECT')) {
      const query = parseQuery(reader)
      reader.expect(')')
      return { kind: 'scalar', query }
    }
    const inner = parseExpression(reader)
    reader.expect(')')
    return inner
  }
  if (token.text === '[') return { kind: 'array', items: parseList(reader, ']') }
  if (token.text === '{') return parseObject(reader)
  throw reader.unexpected()
}

function parseWord(reader: TokenReader, text: string, at: number): Expression {
  const word = text.toUpperCase()
  if (word === 'NULL') return { kind: 'literal', value: null }
  if (word === 'TRUE' || word === 'FALSE') return { kind: 'literal', value: word === 'TRUE' }
  if (word === 'UNDEFINED') return { kind: 'undefined' }
  if (text === 'NaN' || text === 'Infinity') return { kind: 'literal', value: Number(text) }
  if (
    (word === 'EXISTS' || word === 'ARRAY') &&
    reader.at('(') &&
    reader.peek(1).text.toUpperCase() === 'SELECT'
  ) {
    reader.next()
    const query = parseQuery(reader)
    reader.expect(')')
    return { kind: word === 'EXISTS' ? 'exists' : 'array-of', query }
  }
  if (reader.take('(')) return { kind: 'call', name: word, args: parseList(reader, ')'), at }
  if (word === 'UDF' && reader.at('.')) {
    reader.next()
    const name = reader.next().text
    reader.expect('(')
    return { kind: 'call', name: `UDF.${name}`, args: parseList(reader, ')'), at }
  }
  // In the first place of a binary operator a keyword is a mistake, not a name.
  if (RESERVED.has(word)) throw reader.unexpected()
  return { kind: 'name', name: text, at }
}

function parseObject(reader: TokenReader): Expression {
  const entries: [string, Expression][] = []
  while (!reader.take('}')) {
    if (entries.length > 0) reader.expect(',')
    const name = reader.next()
    if (name.kind !== 'word' && name.kind !== 'string') throw reader.unexpected()
    reader.expect(':')
    entries.push([String(name.value ?? name.text), parseExpression(reader)])
  }
  return { kind: 'object', entries }
}

/** Expressions with commas between, up to and including the closing symbol. */
export function parseList(reader: TokenReader, closing: string): Expression[] {
  const items: Expression[] = []
  while (!reader.take(closing)) {
    if (items.length > 0) reader.expect(',')
    items.push(parseExpression(reader))
  }
  return items
}
