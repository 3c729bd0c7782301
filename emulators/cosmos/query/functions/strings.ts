// String functions. https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions#string-functions
import { type Apply, fn, isNumber, isText, text } from './define.ts'

/** `f(text, part[, ignoreCase])` */
const matching = (test: (text: string, part: string) => boolean) =>
  fn(2, 3, ([a, b, ignoreCase]) => {
    if (!isText(a) || !isText(b)) return undefined
    return ignoreCase === true ? test(a.toLowerCase(), b.toLowerCase()) : test(a, b)
  })

const parsed =
  (accept: (value: unknown) => boolean): Apply =>
  ([source]) => {
    if (!isText(source)) return undefined
    try {
      const value: unknown = JSON.parse(source.trim())
      return accept(value) ? value : undefined
    } catch {
      return undefined
    }
  }

const clamp = (count: number) => Math.max(0, Math.trunc(count))

const after = (a: string, b: string, at: number) => (at < 0 ? '' : a.slice(at + b.length))
const before = (a: string, at: number) => (at < 0 ? '' : a.slice(0, at))

export const strings = {
  CONCAT: fn(2, 1000, (args) => (args.every(isText) ? args.join('') : undefined)),
  CONTAINS: matching((a, b) => a.includes(b)),
  STARTSWITH: matching((a, b) => a.startsWith(b)),
  ENDSWITH: matching((a, b) => a.endsWith(b)),
  STRINGEQUALS: matching((a, b) => a === b),
  INDEX_OF: fn(2, 3, ([a, b, from]) =>
    isText(a) && isText(b) ? a.indexOf(b, isNumber(from) ? from : 0) : undefined,
  ),
  LASTINDEXOF: text(2, (a, b) => a.lastIndexOf(b)),
  SUBSTRINGAFTER: text(2, (a, b) => after(a, b, a.indexOf(b))),
  SUBSTRINGBEFORE: text(2, (a, b) => before(a, a.indexOf(b))),
  LASTSUBSTRINGAFTER: text(2, (a, b) => after(a, b, a.lastIndexOf(b))),
  LASTSUBSTRINGBEFORE: text(2, (a, b) => before(a, a.lastIndexOf(b))),
  LEFT: fn(2, 2, ([a, n]) => (isText(a) && isNumber(n) ? a.slice(0, clamp(n)) : undefined)),
  RIGHT: fn(2, 2, ([a, n]) =>
    isText(a) && isNumber(n) ? a.slice(Math.max(0, a.length - clamp(n))) : undefined,
  ),
  SUBSTRING: fn(3, 3, ([a, from, n]) =>
    isText(a) && isNumber(from) && isNumber(n) ? a.slice(clamp(from), clamp(from) + clamp(n)) : undefined,
  ),
  LENGTH: text(1, (a) => a.length),
  LOWER: text(1, (a) => a.toLowerCase()),
  UPPER: text(1, (a) => a.toUpperCase()),
  TRIM: fn(1, 2, trimmed(true, true)),
  LTRIM: fn(1, 2, trimmed(true, false)),
  RTRIM: fn(1, 2, trimmed(false, true)),
  REVERSE: text(1, (a) => [...a].reverse().join('')),
  REPLACE: text(3, (a, find, by) => (find === '' ? a : a.replaceAll(find, () => by))),
  REPLICATE: fn(2, 2, ([a, n]) =>
    isText(a) && isNumber(n) && n >= 0 && n <= 10_000 ? a.repeat(n) : undefined,
  ),
  REGEXMATCH: fn(2, 3, ([a, pattern, flags]) => {
    if (!isText(a) || !isText(pattern)) return undefined
    try {
      const modifiers = isText(flags) ? flags : ''
      const plain = modifiers.includes('x') ? withoutSpace(pattern) : pattern
      return new RegExp(plain, modifiers.replaceAll('x', '')).test(a)
    } catch {
      return undefined
    }
  }),
  STRINGSPLIT: text(2, (a, by) => a.split(by)),
  STRINGJOIN: fn(2, 2, ([list, by]) =>
    Array.isArray(list) && list.every(isText) && isText(by) ? list.join(by) : undefined,
  ),
  STRINGTOARRAY: fn(1, 1, parsed(Array.isArray)),
  STRINGTOBOOLEAN: fn(
    1,
    1,
    parsed((value) => typeof value === 'boolean'),
  ),
  STRINGTONULL: fn(
    1,
    1,
    parsed((value) => value === null),
  ),
  STRINGTONUMBER: fn(1, 1, parsed(isNumber)),
  STRINGTOOBJECT: fn(
    1,
    1,
    parsed((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  ),
  TOSTRING: fn(1, 1, ([value]) =>
    value === undefined
      ? undefined
      : isText(value) || isNumber(value)
        ? String(value)
        : JSON.stringify(value),
  ),
}

/** A pattern without its white space, unless that is escaped or in brackets. */
const withoutSpace = (pattern: string) =>
  pattern.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]])*\]|\s+/g, (part) => (/^\s/.test(part) ? '' : part))

function trimmed(start: boolean, end: boolean): Apply {
  return ([source, set]) => {
    if (!isText(source)) return undefined
    const drop = (char: string) => (isText(set) ? set.includes(char) : /\s/.test(char))
    let from = 0
    let to = source.length
    while (start && from < to && drop(source[from]!)) from++
    while (end && to > from && drop(source[to - 1]!)) to--
    return source.slice(from, to)
  }
}
