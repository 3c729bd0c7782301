// Cuts an OData filter into tokens.
import { ServiceError } from '../service-error.ts'

export type Token =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'word'; value: string }
  | { kind: 'mark'; value: '(' | ')' | ',' }
  | { kind: 'end' }

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_]\w*)|([(),]))/y

/** @throws ServiceError 400 at the first character that begins no token. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = []
  const text = filter.trimEnd()
  TOKEN.lastIndex = 0
  let at = 0
  while (at < text.length) {
    const match = TOKEN.exec(text)
    if (!match) throw badFilter(`unexpected text at position ${at}`)
    const [, string, number, word, mark] = match
    if (string !== undefined) tokens.push({ kind: 'string', value: string.replaceAll("''", "'") })
    else if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else tokens.push({ kind: 'mark', value: mark as '(' | ')' | ',' })
    at = TOKEN.lastIndex
  }
  tokens.push({ kind: 'end' })
  return tokens
}

export const badFilter = (why: string): ServiceError =>
  new ServiceError(400, `The filter is not valid: ${why}.`, 'filter')
