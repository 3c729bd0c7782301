// What an expression of Bicep may turn out as, as far as the templates say.
import type { Node } from 'web-tree-sitter'
import type { Property, Shape } from './shape.ts'

export type Value = (
  | { is: 'any' | 'null' | 'bool' }
  | { is: 'int'; number?: number }
  | TextValue
  | { is: 'array'; items: Value[] }
  | ObjectValue
  | { is: 'either'; of: Value[] }
  | { is: 'read'; property: Property; type: string; path: string }
  | ResourceValue
  | ModuleValue
  | { is: 'outputs'; of: ModuleValue }
) & { at?: string }

export interface TextValue {
  is: 'string'
  /** All texts that it may be; or, where inexact, texts of the lengths it may have. */
  texts?: string[]
  inexact?: boolean
}

export interface ObjectValue {
  is: 'object'
  entries: Map<string, Value>
  /** Where the names are written. */
  places?: Map<string, string>
  /** What stands under names that only the deployment knows. */
  others?: Value | undefined
}

export interface ResourceValue {
  is: 'resource'
  /** `Microsoft.KeyVault/vaults` */
  type: string
  target: string
  conditional: boolean
  name: () => Value
}

interface ModuleValue {
  is: 'module'
  conditional: boolean
  output: (name: string) => Value | undefined
}

export const ANYTHING: Value = { is: 'any' }
export const TEXT: Value = { is: 'string' }
const MOST = 64

export const exactly = (...texts: string[]): TextValue => ({ is: 'string', texts })

export function either(...values: Value[]): Value {
  const of = values.flatMap((value) => (value.is === 'either' ? value.of : [value]))
  return of.length === 1 ? of[0]! : { is: 'either', of }
}

export const alternatives = (value: Value): Value[] => (value.is === 'either' ? value.of : [value])

/** The texts that a text with others in it may be; inexact as soon as one of them is. */
export function joined(parts: Value[]): Value {
  let whole: TextValue = exactly('')
  for (const part of parts) {
    const [text, ...more] = alternatives(part.is === 'read' ? plain(part.property.shape) : part)
    if (text?.is !== 'string' || !text.texts || !whole.texts || more.length > 0) return TEXT
    const texts = whole.texts.flatMap((start) => text.texts!.map((end) => start + end))
    if (texts.length > MOST) return TEXT
    whole = { is: 'string', texts, ...((whole.inexact || text.inexact) && { inexact: true }) }
  }
  return whole
}

/** What is known of a value of which only the shape is known. */
export function plain(shape: Shape): Value {
  switch (shape.is) {
    case 'string': {
      if (shape.allowed) return exactly(...shape.allowed)
      const lengths = [shape.min, shape.max].filter((each) => each !== undefined)
      return shape.max === undefined
        ? TEXT
        : { is: 'string', texts: lengths.map((length) => 'a'.repeat(length)), inexact: true }
    }
    case 'array':
      return { is: 'array', items: [plain(shape.items)] }
    case 'object': {
      const entries = [...shape.properties].map(([name, { shape: own, required }]): [string, Value] => [
        name,
        required ? plain(own) : either(plain(own), { is: 'null' }),
      ])
      return { is: 'object', entries: new Map(entries), others: shape.others && plain(shape.others) }
    }
    case 'choice':
      return ANYTHING
    default:
      return { is: shape.is }
  }
}

export function ofJson(json: unknown): Value {
  if (json === null) return { is: 'null' }
  if (typeof json === 'string') return exactly(json)
  if (typeof json === 'number') return { is: 'int', number: json }
  if (typeof json === 'boolean') return { is: 'bool' }
  if (Array.isArray(json)) return { is: 'array', items: json.map(ofJson) }
  const entries = Object.entries(json ?? {}).map(([name, value]): [string, Value] => [name, ofJson(value)])
  return { is: 'object', entries: new Map(entries) }
}

export const placeOf = (file: string, node: Node): string => `${file}:${node.startPosition.row + 1}`
