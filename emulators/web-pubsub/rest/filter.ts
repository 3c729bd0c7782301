// The OData filters of sends, closes and group changes, compiled to a predicate over connections. Types are checked
// while compiling, so a filter that makes no sense is refused even when there is nobody to apply it to.
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-odata-filter
import type { Connection } from '../connection.ts'
import { badFilter, type Token, tokenize } from './filter-tokens.ts'

type Value = string | number | boolean | null | ReadonlySet<string>
type Type = 'string' | 'number' | 'boolean' | 'null' | 'strings'

interface Expression {
  type: Type
  of(connection: Connection): Value
}

/**
 * Compiles a filter; none or a blank one lets every connection through.
 * @throws ServiceError 400 that says what is wrong.
 */
export function compileFilter(filter: string | null | undefined): (connection: Connection) => boolean {
  if (filter === null || filter === undefined || filter.trim() === '') return () => true
  const reader = createReader(tokenize(filter))
  const expression = parseOr(reader)
  if (reader.peek().kind !== 'end') throw badFilter('there is text after its end')
  expect(expression, 'boolean')
  return (connection) => expression.of(connection) === true
}

interface Reader {
  peek(): Token
  next(): Token
  /** Takes the token if it is this word or mark. */
  take(value: string): boolean
  need(value: string): void
}

function createReader(tokens: Token[]): Reader {
  let at = 0
  let depth = 0
  const peek = (): Token => tokens[at]!
  const take = (value: string): boolean => {
    const token = peek()
    if ((token.kind !== 'word' && token.kind !== 'mark') || token.value !== value) return false
    at++
    if (value === '(' && ++depth > 100) throw badFilter('it is nested too deeply')
    if (value === ')') depth--
    return true
  }
  return {
    peek,
    next: () => tokens[at++]!,
    take,
    need(value) {
      if (!take(value)) throw badFilter(`'${value}' is missing`)
    },
  }
}

function parseOr(reader: Reader): Expression {
  let left = parseAnd(reader)
  while (reader.take('or')) left = logical(left, parseAnd(reader), (a, b) => a || b)
  return left
}

function parseAnd(reader: Reader): Expression {
  let left = parseNot(reader)
  while (reader.take('and')) left = logical(left, parseNot(reader), (a, b) => a && b)
  return left
}

function logical(left: Expression, right: Expression, join: (a: boolean, b: boolean) => boolean): Expression {
  expect(left, 'boolean')
  expect(right, 'boolean')
  return { type: 'boolean', of: (c) => join(left.of(c) === true, right.of(c) === true) }
}

function parseNot(reader: Reader): Expression {
  let negations = 0
  while (reader.take('not')) negations++
  const inner = parseComparison(reader)
  if (negations === 0) return inner
  expect(inner, 'boolean')
  return { type: 'boolean', of: (c) => (inner.of(c) === true) === (negations % 2 === 0) }
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
  const left = parsePrimary(reader)
  if (reader.take('in')) return membership(left, parseList(reader))
  for (const [word, compare] of Object.entries(COMPARISONS)) {
    if (!reader.take(word)) continue
    const right = parsePrimary(reader)
    const comparable = left.type === right.type || left.type === 'null' || right.type === 'null'
    if (!comparable || left.type === 'strings' || right.type === 'strings') {
      throw badFilter(`${left.type} and ${right.type} cannot be compared by '${word}'`)
    }
    return { type: 'boolean', of: (c) => compare(left.of(c), right.of(c)) }
  }
  return left
}

function membership(item: Expression, list: Expression): Expression {
  if (item.type !== 'null') expect(item, 'string')
  return {
    type: 'boolean',
    of(c) {
      const value = item.of(c)
      const values = list.of(c)
      return typeof value === 'string' && values instanceof Set && values.has(value)
    },
  }
}

/** What stands behind `in`: the groups of the connection or a list of strings. */
function parseList(reader: Reader): Expression {
  if (reader.take('groups')) return FIELDS.groups
  reader.need('(')
  const values = new Set<string>()
  do {
    const token = reader.next()
    if (token.kind !== 'string') throw badFilter("'in' takes a list of strings")
    values.add(token.value)
  } while (reader.take(','))
  reader.need(')')
  return { type: 'strings', of: () => values }
}

function parsePrimary(reader: Reader): Expression {
  if (reader.take('(')) {
    const inner = parseOr(reader)
    reader.need(')')
    return inner
  }
  const token = reader.next()
  if (token.kind === 'string' || token.kind === 'number') {
    return { type: token.kind, of: () => token.value }
  }
  if (token.kind !== 'word') throw badFilter('a value is missing')
  const { value: word } = token
  if (word === 'true' || word === 'false') return { type: 'boolean', of: () => word === 'true' }
  if (word === 'null') return { type: 'null', of: () => null }
  if (Object.hasOwn(FIELDS, word)) return FIELDS[word as keyof typeof FIELDS]
  if (Object.hasOwn(FUNCTIONS, word)) return parseCall(reader, word as keyof typeof FUNCTIONS)
  throw badFilter(`'${word}' is not known`)
}

const FIELDS = {
  connectionId: { type: 'string', of: (c) => c.id },
  userId: { type: 'string', of: (c) => c.userId ?? null },
  protocol: { type: 'string', of: (c) => c.subprotocol ?? null },
  groups: { type: 'strings', of: (c) => c.groups },
} satisfies Record<string, Expression>

interface FilterFunction {
  takes: Type[]
  gives: Type
  run(...values: never[]): Value
}

const FUNCTIONS = {
  length: { takes: ['string'], gives: 'number', run: (text: string) => text.length },
  tolower: { takes: ['string'], gives: 'string', run: (text: string) => text.toLowerCase() },
  toupper: { takes: ['string'], gives: 'string', run: (text: string) => text.toUpperCase() },
  trim: { takes: ['string'], gives: 'string', run: (text: string) => text.trim() },
  startswith: {
    takes: ['string', 'string'],
    gives: 'boolean',
    run: (a: string, b: string) => a.startsWith(b),
  },
  endswith: { takes: ['string', 'string'], gives: 'boolean', run: (a: string, b: string) => a.endsWith(b) },
  contains: { takes: ['string', 'string'], gives: 'boolean', run: (a: string, b: string) => a.includes(b) },
  indexof: { takes: ['string', 'string'], gives: 'number', run: (a: string, b: string) => a.indexOf(b) },
  concat: { takes: ['string', 'string'], gives: 'string', run: (a: string, b: string) => a + b },
  substring: {
    takes: ['string', 'number', 'number'],
    gives: 'string',
    run: (a: string, from: number, count?: number) => a.substring(from, count && from + count),
  },
} satisfies Record<string, FilterFunction>

function parseCall(reader: Reader, name: keyof typeof FUNCTIONS): Expression {
  const { takes, gives, run }: FilterFunction = FUNCTIONS[name]
  const values: Expression[] = []
  reader.need('(')
  do values.push(parseOr(reader))
  while (reader.take(','))
  reader.need(')')
  const least = name === 'substring' ? 2 : takes.length
  if (values.length < least || values.length > takes.length) throw badFilter(`${name} takes ${least} values`)
  values.forEach((value, index) => {
    expect(value, takes[index]!)
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

function expect(expression: Expression, type: Type): void {
  if (expression.type !== type) throw badFilter(`${type} expected where ${expression.type} is`)
}
