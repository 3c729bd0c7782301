// What full-text search makes of a text: lower-cased words without English stop words, each cut down to its stem.
// https://learn.microsoft.com/azure/cosmos-db/gen-ai/full-text-search
import { notImplemented } from '../wire/errors.ts'
import { stem } from './stem.ts'

/** Those of Lucene's English analyser; the service does not publish its list. */
const STOP_WORDS = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
)

/** The words of a text in order, as they are indexed and compared. */
export function wordsOf(text: string): string[] {
  const found = text.toLowerCase().match(/[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{N}\p{M}_]+)*/gu) ?? []
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
