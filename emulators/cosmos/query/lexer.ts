// Cuts the text of a query into tokens. Keywords are identifiers here; the parser knows where a word is one.
import { badRequest } from '../wire/errors.ts'

export interface Token {
  kind: 'word' | 'string' | 'number' | 'parameter' | 'symbol' | 'end'
  text: string
  /** The value of a string or number. */
  value?: string | number
  at: number
}

const SYMBOLS = [
  '>>>', '!=', '<>', '<=', '>=', '<<', '>>', '??', '||', '(', ')', '[', ']', '{', '}', ',', '.', ':', '?',
  '=', '<', '>', '+', '-', '*', '/', '%', '&', '|', '^', '~',
] // biome-ignore format: one glance

const TOKEN =
  /\s+|--[^\n]*|(?<word>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|(?<parameter>@[\w\u0080-\uffff]+)|(?<number>0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/suy

/** @throws CosmosError 400 at a character that starts no token. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < query.length) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(query)
    if (match) {
      const { word, parameter, number, string } = match.groups ?? {}
      if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
      else if (parameter !== undefined) tokens.push({ kind: 'parameter', text: parameter, at })
      else if (number !== undefined) tokens.push({ kind: 'number', text: number, value: Number(number), at })
      else if (string !== undefined)
        tokens.push({ kind: 'string', text: string, value: decodeString(string), at })
      at += match[0].length
      continue
    }
    const symbol = SYMBOLS.find((candidate) => query.startsWith(candidate, at))
    if (!symbol) throw syntaxError(query[at]!, at)
    tokens.push({ kind: 'symbol', text: symbol, at })
    at += symbol.length
  }
  tokens.push({ kind: 'end', text: 'end of query', at })
  return tokens
}

/** The service's error for a query it cannot read; SC1001 is its syntax error. */
export function syntaxError(near: string, at: number, why?: string) {
  const message = why ?? `Syntax error, incorrect syntax near '${near}'.`
  return badRequest(
    JSON.stringify({
      errors: [
        { severity: 'Error', location: { start: at, end: at + near.length }, code: 'SC1001', message },
      ],
    }),
  )
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function decodeString(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\(?:u([\da-fA-F]{4})|(.))/gs, (_, hex: string | undefined, char: string) =>
      hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES[char] ?? char),
    )
}
