// The grammar of the filters: from tokens to an expression over a connection.
import {
  type Expression,
  FIELDS,
  type FilterFunction,
  FUNCTIONS,
  mistyped,
  TYPE_NAMES,
  type Type,
  type Value,
} from './filter-functions.ts'
import type { Reader } from './filter-reader.ts'
import { badFilter } from './filter-tokens.ts'

/** @throws ServiceError 400 that says what is wrong. */
export const parseExpression = (reader: Reader): Expression => parseOr(reader)

function parseOr(reader: Reader): Expression {
  let left = parseAnd(reader)
  while (reader.take('or')) left = logical(reader, left, parseAnd(reader), (a, b) => a || b)
  return left
}

function parseAnd(reader: Reader): Expression {
  let left = parseComparison(reader)
  while (reader.take('and')) left = logical(reader, left, parseComparison(reader), (a, b) => a && b)
  return left
}

function logical(
  reader: Reader,
  left: Expression,
  right: Expression,
  join: (a: boolean, b: boolean) => boolean,
): Expression {
  expect(reader, left, 'boolean')
  expect(reader, right, 'boolean')
  return { type: 'boolean', of: (c) => join(left.of(c) === true, right.of(c) === true) }
}

/** `not` binds tighter than any comparison: its operand is what stands right behind it. */
function parseNot(reader: Reader, start: number): Expression {
  const inner = parsePrimary(reader)
  if (inner.type !== 'boolean') throw mistyped(reader.since(start), inner)
  return { type: 'boolean', of: (c) => inner.of(c) !== true }
}

const COMPARISONS = {
  eq: (a: Value, b: Value) => a === b,
  ne: (a: Value, b: Value) => a !== b,
  gt: (a: Value, b: Value) => a !== null && b !== null && a > b,
  ge: (a: Value, b: Value) => a !== null && b !== null && a >= b,
  lt: (a: Value, b: Value) => a !== null && b !== null && a < b,
  le: (a: Value, b: Value) => a !== null && b !== null && a <= b,
}

function parseComparison(reader: Reader): Expression {
  const { start } = reader.peek()
  const left = parsePrimary(reader)
  if (reader.take('in')) return membership(reader, left)
  for (const [word, compare] of Object.entries(COMPARISONS)) {
    if (!reader.take(word)) continue
    const right = parsePrimary(reader)
    const comparable = left.type === right.type || left.type === 'null' || right.type === 'null'
    if (!comparable || left.type === 'strings' || right.type === 'strings') {
      throw badFilter(
        reader.since(start),
        `Type '${TYPE_NAMES[left.type]}', expect '${TYPE_NAMES[right.type]}'`,
      )
    }
    return { type: 'boolean', of: (c) => compare(left.of(c), right.of(c)) }
  }
  return left
}

/** `in` takes the groups of the connection, in parentheses or not, or a list of values of the item's type. */
function membership(reader: Reader, item: Expression): Expression {
  const isBare = reader.peek().kind === 'word'
  const list = isBare ? [parsePrimary(reader)] : parseList(reader)
  const [groups] = list
  if (isBare && groups!.type !== 'strings') throw reader.wrong("'in' takes groups or a list")
  const inGroups = list.length === 1 && groups!.type === 'strings'
  const takes = inGroups ? 'string' : (list.find(({ type }) => type !== 'null')?.type ?? 'string')
  for (const each of inGroups ? [item] : [item, ...list]) {
    if (each.type !== 'null') expect(reader, each, takes)
  }
  return {
    type: 'boolean',
    of(c) {
      const value = item.of(c)
      if (value === null) return false
      const values = inGroups ? groups!.of(c) : list.map((each) => each.of(c))
      return values instanceof Set ? values.has(value as string) : (values as Value[]).includes(value)
    },
  }
}

function parseList(reader: Reader): Expression[] {
  reader.need('(')
  const values: Expression[] = []
  do values.push(parsePrimary(reader))
  while (reader.take(','))
  reader.need(')')
  if (values.length > 1 && values.some(({ type }) => type === 'strings')) throw reader.wrong()
  return values
}

function parsePrimary(reader: Reader): Expression {
  const { start } = reader.peek()
  if (reader.take('not')) return parseNot(reader, start)
  if (reader.take('(')) {
    const inner = parseOr(reader)
    reader.need(')')
    return inner
  }
  const token = reader.peek()
  if (token.kind === 'end' || token.kind === 'mark') throw reader.wrong()
  reader.next()
  if (token.kind === 'string' || token.kind === 'number') {
    return { type: token.kind, of: () => token.value }
  }
  const { value: word } = token
  if (word === 'true' || word === 'false') return { type: 'boolean', of: () => word === 'true' }
  if (word === 'null') return { type: 'null', of: () => null }
  const name = word.toLowerCase()
  if (Object.hasOwn(FIELDS, name)) return FIELDS[name as keyof typeof FIELDS]
  if (Object.hasOwn(FUNCTIONS, name)) return parseCall(reader, name as keyof typeof FUNCTIONS)
  return parseUnknown(reader, word)
}

/** What is no word of the language is only then the fault when the syntax has none. */
function parseUnknown(reader: Reader, word: string): Expression {
  if (reader.take('(')) {
    do parseOr(reader)
    while (reader.take(','))
    reader.need(')')
  }
  reader.unknown.push(word)
  return { type: 'null', of: () => null }
}

function parseCall(reader: Reader, name: keyof typeof FUNCTIONS): Expression {
  const { takes, gives, run }: FilterFunction = FUNCTIONS[name]
  const values: Expression[] = []
  reader.need('(')
  do values.push(parseOr(reader))
  while (reader.take(','))
  reader.need(')')
  const [first] = values
  if (name === 'length' && values.length === 1 && first!.type === 'strings') {
    return { type: 'number', of: (c) => (first!.of(c) as ReadonlySet<string>).size }
  }
  const least = name === 'substring' ? 2 : takes.length
  if (values.length < least || values.length > takes.length)
    throw reader.wrong(`${name} takes ${least} values`)
  values.forEach((value, index) => {
    expect(reader, value, takes[index]!)
  })
  return {
    type: gives,
    of(c) {
      const known = values.map((value) => value.of(c))
      // An anonymous client has no user id: what is asked of nothing is nothing.
      return known.includes(null) ? null : run(...(known as never[]))
    },
  }
}

function expect(reader: Reader, expression: Expression, type: Type): void {
  if (expression.type !== type) throw reader.wrong(`${type} expected where ${expression.type} is`)
}
