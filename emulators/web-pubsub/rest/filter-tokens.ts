// Cuts an OData filter into tokens, and says in the service's words what is wrong with one.
import { InvalidParameter } from '../service-error.ts'

export type Token = (
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'word'; value: string }
  | { kind: 'mark'; value: '(' | ')' | ',' }
  | { kind: 'end' }
) & { start: number; end: number }

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([+-]?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_]\w*)|([(),]))/y

/** @throws ServiceError 400 at the first character that begins no token. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = []
  const text = filter.trimEnd()
  TOKEN.lastIndex = 0
  let at = 0
  while (at < text.length) {
    const match = TOKEN.exec(text)
    if (!match) throw syntaxError(filter, at)
    const [whole, string, number, word, mark] = match
    const place = { start: at + whole.length - whole.trimStart().length, end: TOKEN.lastIndex }
    if (string !== undefined) tokens.push({ kind: 'string', value: string.replaceAll("''", "'"), ...place })
    else if (number !== undefined) tokens.push({ kind: 'number', value: Number(number), ...place })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word, ...place })
    else tokens.push({ kind: 'mark', value: mark as '(' | ')' | ',', ...place })
    at = TOKEN.lastIndex
  }
  tokens.push({ kind: 'end', start: text.length, end: text.length })
  return tokens
}

/** `text` is the filter, or the part of it that is wrong. */
export const badFilter = (text: string, why: string): InvalidParameter =>
  new InvalidParameter(`Invalid syntax for '${text}': ${why}. (Parameter 'filter')`, 'filter')

/** The service names the position behind what it did not expect. */
export const syntaxError = (filter: string, position: number): InvalidParameter =>
  badFilter(filter, `Syntax error at position ${position} in '${filter}'`)
