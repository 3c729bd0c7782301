// Values of the query language: JSON plus `undefined`. Their equality and their total order.
import { isObject } from '../items/partition-key.ts'
import { RANK } from '../storage/typed-path.ts'

/** The place of a value's type in the order of mixed types. */
export function rankOf(value: unknown): number {
  if (value === undefined) return RANK.undefined
  if (value === null) return RANK.null
  if (value === false) return RANK.false
  if (value === true) return RANK.true
  if (typeof value === 'number') return RANK.number
  if (typeof value === 'string') return RANK.string
  return Array.isArray(value) ? RANK.array : RANK.object
}

/** Orders any two values: negative, 0 or positive. Strings by code point, as in the index. */
export function compareValues(a: unknown, b: unknown): number {
  const byType = rankOf(a) - rankOf(b)
  if (byType !== 0) return byType
  if (typeof a === 'number') return a - (b as number)
  if (typeof a === 'string') return compareStrings(a, b as string)
  if (Array.isArray(a)) {
    const other = b as unknown[]
    for (let i = 0; i < Math.min(a.length, other.length); i++) {
      const order = compareValues(a[i], other[i])
      if (order !== 0) return order
    }
    return a.length - other.length
  }
  if (isObject(a)) return compareStrings(JSON.stringify(a), JSON.stringify(b))
  return 0
}

function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  // Past the first difference UTF-16 and code points agree, except for surrogates against U+E000 to U+FFFF.
  const x = i < a.length ? a.charCodeAt(i) : -1
  const y = i < b.length ? b.charCodeAt(i) : -1
  const lift = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
  return lift(x) - lift(y)
}

/** Deep equality of defined values; names of an object in any order. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalValues(item, b[i]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equalValues(a[name], b[name]))
  )
}

/** A text that is the same for equal values only; for DISTINCT and GROUP BY. */
export function valueKey(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueKey).join(',')}]`
  if (!isObject(value)) return value === undefined ? 'undefined' : JSON.stringify(value)
  const entries = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${valueKey(value[name])}`)
  return `{${entries.join(',')}}`
}

export { isObject }
