// The tokens of a filter one after the other, and where it stops making sense.
import { badFilter, syntaxError, type Token, tokenize } from './filter-tokens.ts'

export interface Reader {
  peek(): Token
  next(): Token
  /** Words that are none of the language, in the order they came. */
  unknown: string[]
  /** What was read since that position. */
  since(start: number): string
  /** The filter is wrong where the next token stands, or as a whole for the reason given. */
  wrong(why?: string): Error
  /** Takes the token if it is this word or mark. */
  take(value: string): boolean
  need(value: string): void
}

/** @throws ServiceError 400 when the filter cannot be cut into tokens. */
export function createReader(filter: string): Reader {
  const tokens = tokenize(filter)
  let at = 0
  let depth = 0
  const peek = (): Token => tokens[at]!
  const take = (value: string): boolean => {
    const token = peek()
    if ((token.kind !== 'word' && token.kind !== 'mark') || token.value !== value) return false
    at++
    if (value === '(' && ++depth > 100) throw badFilter(filter, 'It is nested too deeply')
    if (value === ')') depth--
    return true
  }
  return {
    peek,
    unknown: [],
    next: () => tokens[at++]!,
    since: (start) => filter.slice(start, tokens[at - 1]!.end),
    wrong: (why) => (why === undefined ? syntaxError(filter, peek().end) : badFilter(filter, why)),
    take,
    need(value) {
      if (!take(value)) throw syntaxError(filter, peek().end)
    },
  }
}
