// How the tables of built-in functions are written.

/** Gets the argument values and the request's time in Unix milliseconds. */
export type Apply = (args: unknown[], now: number) => unknown

export interface BuiltIn {
  apply: Apply
  least: number
  most: number
}

/** A function of `least` to `most` arguments; `undefined` arguments reach it. */
export const fn = (least: number, most: number, apply: Apply): BuiltIn => ({ apply, least, most })

/** A function of strings; anything else makes it undefined. */
export const text = (count: number, apply: (...args: string[]) => unknown): BuiltIn =>
  fn(count, count, (args) =>
    args.every((arg) => typeof arg === 'string') ? apply(...(args as string[])) : undefined,
  )

/** A function of numbers; anything else makes it undefined, and so does a result that is no finite number. */
export const numeric = (count: number, apply: (...args: number[]) => number): BuiltIn =>
  fn(count, count, (args) => {
    if (!args.every((arg) => typeof arg === 'number')) return undefined
    const result = apply(...(args as number[]))
    return Number.isFinite(result) ? result : undefined
  })

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isNumber = (value: unknown): value is number => typeof value === 'number'
