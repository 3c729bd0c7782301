// What full-text search makes of a text: lower-cased words without English stop words, each cut down to its stem.
// https://learn.microsoft.com/azure/cosmos-db/gen-ai/full-text-search
import { notImplemented } from '../wire/errors.ts'
import { stem } from './stem.ts'
import { STOP_WORDS } from './stop-words.ts'

/** Words as Unicode (UAX #29) cuts them: `1,977`, `example.com` and `Anna's` are one each, `1963-69` is two. */
const WORD =
  /[\p{L}\p{N}\p{M}_]+(?:(?:(?<=[\p{L}\p{M}])['’.](?=\p{L})|(?<=\p{N})['’.,;](?=\p{N}))[\p{L}\p{N}\p{M}_]+)*/gu

/** The words of a text in order, as they are indexed and compared. */
export function wordsOf(text: string): string[] {
  const found = text.toLowerCase().match(WORD) ?? []
  return found.filter((word) => !STOP_WORDS.has(word)).map((word) => stem(word.replace(/['’]s$/, '')))
}

/** Whether the words of the phrase stand in the text, in a row. */
export function hasPhrase(text: readonly string[], phrase: readonly string[]): boolean {
  if (phrase.length === 1) return text.includes(phrase[0]!)
  return text.some((_, start) => phrase.every((word, i) => text[start + i] === word))
}

/**
 * What is searched for, when it is all strings; undefined for anything else.
 * @throws CosmosError 501 for `{term, distance}`.
 */
export function searchTexts(values: unknown[]): string[] | undefined {
  if (values.some((value) => typeof value === 'object' && value !== null && 'term' in value)) {
    throw notImplemented('fuzzy full-text search')
  }
  return values.every((value) => typeof value === 'string') ? values : undefined
}

/** The phrases that are left to look for: stop words alone are as if they were not there. */
export const phrasesOf = (texts: readonly string[]): string[][] =>
  texts.map(wordsOf).filter(({ length }) => length > 0)
