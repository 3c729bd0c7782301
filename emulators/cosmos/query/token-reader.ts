// A cursor over tokens, shared by the two halves of the parser.
import { syntaxError, type Token, tokenize } from './lexer.ts'

export interface TokenReader {
  peek(ahead?: number): Token
  next(): Token
  at(symbol: string): boolean
  atWord(word: string): boolean
  /** Steps over the symbol if it comes next. */
  take(symbol: string): boolean
  takeWord(word: string): boolean
  expect(symbol: string): void
  expectWord(word: string): void
  /** The error for the token read last. */
  unexpected(): Error
}

export function readTokens(query: string): TokenReader {
  const tokens = tokenize(query)
  let position = 0
  const peek = (ahead = 0) => tokens[Math.min(position + ahead, tokens.length - 1)]!
  const at = (symbol: string) => peek().kind === 'symbol' && peek().text === symbol
  const atWord = (word: string) => peek().kind === 'word' && peek().text.toUpperCase() === word
  const step = (found: boolean) => {
    if (found) position++
    return found
  }
  const unexpected = () => {
    const { text, at: start } = tokens[Math.max(0, Math.min(position, tokens.length) - 1)]!
    return syntaxError(text, start)
  }
  const demand = (found: boolean) => {
    position++
    if (!found) throw unexpected()
  }
  return {
    peek,
    next: () => tokens[Math.min(position++, tokens.length - 1)]!,
    at,
    atWord,
    take: (symbol) => step(at(symbol)),
    takeWord: (word) => step(atWord(word)),
    expect: (symbol) => demand(at(symbol)),
    expectWord: (word) => demand(atWord(word)),
    unexpected,
  }
}
