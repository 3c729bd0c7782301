// Full-text functions of one document. https://learn.microsoft.com/azure/cosmos-db/gen-ai/full-text-search

import { bm25 } from '../../text/scores.ts'
import { hasPhrase, phrasesOf, searchTexts, wordsOf } from '../../text/words.ts'
import { type Apply, fn, isNumber, isText } from './define.ts'

const search =
  (quantify: (phrases: string[][], test: (phrase: string[]) => boolean) => boolean): Apply =>
  ([source, ...values]) => {
    const texts = searchTexts(values)
    if (!isText(source) || !texts) return undefined
    const words = wordsOf(source)
    const phrases = phrasesOf(texts)
    return phrases.length > 0 && quantify(phrases, (phrase) => hasPhrase(words, phrase))
  }
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const every = search((phrases, test) => phrases.every(test))
const some = search((phrases, test) => phrases.some(test))

export const fullText = {
  FULLTEXTCONTAINS: fn(2, 2, every),
  FULLTEXTCONTAINSALL: fn(2, 1000, every),
  FULLTEXTCONTAINSANY: fn(2, 1000, some),
  // The service's own words for what a client sends to each range when it merges a ranking.
  _FULLTEXTWORDCOUNT: fn(1, 1, ([text]) => (isText(text) ? wordsOf(text).length : undefined)),
  _FULLTEXTSCORE: fn(5, 5, ([text, terms, documents, words, hits]) =>
    isTexts(terms) && isNumber(documents) && isNumber(words) && Array.isArray(hits)
      ? bm25(text, terms, { documents, words, hits })
      : undefined,
  ),
}
