// Array and object functions. https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions#array-functions
import { compareValues, equalValues, isObject, valueKey } from '../values.ts'
import { fn, isNumber } from './define.ts'

/** Whether every property of `part` is in `whole` with an equal value. */
function covers(whole: unknown, part: unknown): boolean {
  if (!isObject(whole) || !isObject(part)) return equalValues(whole, part)
  return Object.keys(part).every((name) => Object.hasOwn(whole, name) && covers(whole[name], part[name]))
}

function contains(list: unknown, value: unknown, partial?: unknown): unknown {
  if (!Array.isArray(list) || value === undefined) return undefined
  return list.some((item) => (partial === true ? covers(item, value) : equalValues(item, value)))
}

const sets = (combine: (a: unknown[], inB: (value: unknown) => boolean, b: unknown[]) => unknown[]) =>
  fn(2, 2, ([a, b]) => {
    if (!Array.isArray(a) || !Array.isArray(b)) return undefined
    const keys = new Set(b.map(valueKey))
    return distinct(combine(a, (value) => keys.has(valueKey(value)), b))
  })

function distinct(list: unknown[]): unknown[] {
  return [...new Map(list.map((value) => [valueKey(value), value])).values()]
}

const total = (list: number[]) => list.reduce((sum, value) => sum + value, 0)

const numbers = (apply: (list: number[]) => unknown) =>
  fn(1, 1, ([list]) => (Array.isArray(list) && list.every(isNumber) ? apply(list) : undefined))

/** The greatest (1) or smallest (-1) scalar of an array, in the order of mixed types. */
const extreme = (sign: 1 | -1) =>
  fn(1, 1, ([list]) => {
    if (!Array.isArray(list)) return undefined
    const scalars = list.filter((value) => typeof value !== 'object' || value === null)
    return scalars.toSorted((a, b) => sign * compareValues(b, a))[0]
  })

export const arrays = {
  ARRAY_CONCAT: fn(2, 1000, (args) => (args.every(Array.isArray) ? args.flat() : undefined)),
  ARRAY_CONTAINS: fn(2, 3, ([list, value, partial]) => contains(list, value, partial)),
  ARRAY_CONTAINS_ALL: fn(2, 1000, ([list, ...values]) =>
    Array.isArray(list) ? values.every((value) => contains(list, value) === true) : undefined,
  ),
  ARRAY_CONTAINS_ANY: fn(2, 1000, ([list, ...values]) =>
    Array.isArray(list) ? values.some((value) => contains(list, value) === true) : undefined,
  ),
  ARRAY_AVG: numbers((list) => (list.length === 0 ? undefined : total(list) / list.length)),
  ARRAY_MAX: extreme(1),
  ARRAY_MEDIAN: numbers((list) => {
    const sorted = list.toSorted((a, b) => a - b)
    const half = Math.floor(sorted.length / 2)
    if (sorted.length % 2 === 1) return sorted[half]
    return sorted.length === 0 ? undefined : (sorted[half - 1]! + sorted[half]!) / 2
  }),
  ARRAY_MIN: extreme(-1),
  ARRAY_SUM: numbers(total),
  ARRAY_LENGTH: fn(1, 1, ([list]) => (Array.isArray(list) ? list.length : undefined)),
  ARRAY_SLICE: fn(2, 3, ([list, from, length]) => {
    if (!Array.isArray(list) || !isNumber(from)) return undefined
    const start = from < 0 ? Math.max(0, list.length + from) : from
    return list.slice(start, isNumber(length) ? start + Math.max(0, length) : undefined)
  }),
  SETINTERSECT: sets((a, inB) => a.filter(inB)),
  SETUNION: sets((a, _, b) => [...a, ...b]),
  SETDIFFERENCE: sets((a, inB) => a.filter((value) => !inB(value))),
  SETEQUAL: fn(2, 2, ([a, b]) => {
    if (!Array.isArray(a) || !Array.isArray(b)) return undefined
    const keys = (list: unknown[]) => distinct(list).map(valueKey).sort().join()
    return keys(a) === keys(b)
  }),
  CHOOSE: fn(2, 1000, ([index, ...values]) => (isNumber(index) ? values[index - 1] : undefined)),
  OBJECTTOARRAY: fn(1, 3, ([object, key, value]) => {
    if (!isObject(object)) return undefined
    const k = typeof key === 'string' ? key : 'k'
    const v = typeof value === 'string' ? value : 'v'
    return Object.entries(object).map(([name, item]) => ({ [k]: name, [v]: item }))
  }),
}
