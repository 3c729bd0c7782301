// What a filter can ask of a connection, and the functions it can apply.
import type { Connection } from '../connection.ts'
import { badFilter } from './filter-tokens.ts'

export type Value = string | number | boolean | null | ReadonlySet<string>
export type Type = 'string' | 'number' | 'boolean' | 'null' | 'strings'

export interface Expression {
  type: Type
  of(connection: Connection): Value
}

/** By their names in lower case: the service takes them in any. */
export const FIELDS = {
  connectionid: { type: 'string', of: (c) => c.id },
  userid: { type: 'string', of: (c) => c.userId ?? null },
  protocol: { type: 'string', of: (c) => c.subprotocol ?? null },
  groups: { type: 'strings', of: (c) => c.groups },
} satisfies Record<string, Expression>

export interface FilterFunction {
  takes: Type[]
  gives: Type
  run(...values: never[]): Value
}

export const FUNCTIONS = {
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

/** As the service names the types. */
export const TYPE_NAMES = {
  string: 'string',
  number: 'int',
  boolean: 'bool',
  null: 'null',
  strings: 'collection',
}
const NOBODY = {
  id: '',
  userId: undefined,
  subprotocol: undefined,
  groups: new Set(),
} as unknown as Connection

/** The service tries a filter on a connection of nobody, so what is asked of the user has there no other type than null. */
export function mistyped(text: string, expression: Expression): Error {
  const type = expression.of(NOBODY) === null ? 'null' : TYPE_NAMES[expression.type]
  return badFilter(text, `Type '${type}', expect 'bool'`)
}
